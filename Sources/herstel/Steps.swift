import Logging

/// The steps of a command on standard error, for those who ask with `--verbose`.
struct Steps {
    private let logger: Logger
    private let clock = ContinuousClock()

    init(isVerbose: Bool) {
        var logger = Logger(label: "herstel") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = isVerbose ? .info : .error
        self.logger = logger
    }

    /// Does a step and notes how long it took.
    func step<Result>(_ name: String, _ work: () throws -> Result) rethrows -> Result {
        let start = clock.now
        let result = try work()
        let seconds = (clock.now - start) / .seconds(1)
        logger.info("\(name): \(fixed(seconds, 3)) s")
        return result
    }

    /// Notes a step that was timed elsewhere.
    func note(_ name: String, seconds: Double) { logger.info("\(name): \(fixed(seconds, 3)) s") }
}
