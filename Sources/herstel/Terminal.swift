import Glibc
import Synchronization

/// Standard error: progress and remarks. Standard output is for results only.
enum Terminal {
    /// Whether standard error is a terminal that can redraw a line.
    static var isInteractive: Bool {
        isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Prints a line on standard error, without control characters that data or file names may hold.
    static func note(_ text: String) { write(printable(text) + "\n") }

    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(STDERR_FILENO, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            guard count > 0 else { return }
            written += count
        }
    }

    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isControl = scalar.value < 32 && scalar != "\n" || (127..<160).contains(scalar.value)
                    return isControl ? "?" : scalar
                }))
    }
}

/// Progress of a long step on a terminal, with the time left; nothing when standard error is no terminal.
final class Progress: Sendable {
    private let total: Int
    private let doing, unit: String
    private let isShown: Bool
    private let start = ContinuousClock.now
    private let lastUpdate = Mutex<ContinuousClock.Instant?>(nil)

    init(total: Int, isQuiet: Bool, doing: String = "simulating", unit: String = "draws") {
        self.total = total
        (self.doing, self.unit) = (doing, unit)
        isShown = !isQuiet && Terminal.isInteractive
    }

    /// Shows how far the run is, at most ten times a second.
    func update(_ done: Int) { update(done, of: total) }

    /// Shows how far the run is when the total has changed on the way.
    func update(_ done: Int, of total: Int) {
        guard isShown else { return }
        let now = ContinuousClock.now
        let isDue = lastUpdate.withLock { last in
            if let last, now - last < .milliseconds(100), done < total { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let elapsed = (now - start) / .seconds(1)
        let left = elapsed / Double(max(1, done)) * Double(total - done)
        Terminal.write("\r\u{1B}[K  \(doing): \(done) of \(total) \(unit), \(Int(left.rounded(.up))) s left")
        if done == total { Terminal.write("\r\u{1B}[K") }
    }

    /// Wipes an unfinished progress line.
    func clear() { if isShown { Terminal.write("\r\u{1B}[K") } }
}
