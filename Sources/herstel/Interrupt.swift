import Glibc
import Scenarios
import Synchronization

/// Turns Ctrl-C and TERM into exit code 130.
///
/// Work that can stop in the middle asks to be told (``heeded(_:)``): the first signal then is a request, and a second
/// one ends at once. Otherwise the first signal ends at once: files appear whole or not at all. The handler is a plain
/// signal handler that only touches atomics, in place from the start of the program, so that no moment loses a signal.
enum Interrupt {
    /// The request, made by the handler.
    private static let cancellation = Cancellation()
    /// The address of what to print when the program ends at once; 0 for nothing. Never freed: the handler may read it at any moment.
    private static let farewell = Atomic<UInt>(0)
    /// Whether somebody will read the request.
    private static let isHeeded = Atomic<Bool>(false)

    /// Installs the handler, and lets the signals through where the parent process had blocked them.
    static func install() {
        // Made here, since a handler must not allocate.
        _ = (cancellation.isCancelled, isHeeded.load(ordering: .relaxed), farewell.load(ordering: .relaxed))
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] {
            sigaddset(&signals, number)
            signal(number) { _ in
                guard Interrupt.isHeeded.load(ordering: .relaxed), !Interrupt.cancellation.isCancelled else {
                    if let text = UnsafePointer<CChar>(bitPattern: Interrupt.farewell.load(ordering: .relaxed)) {
                        _ = write(STDERR_FILENO, text, strlen(text))
                    }
                    _exit(Failure.interrupted)
                }
                Interrupt.cancellation.cancel()
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        // A file larger than allowed is then an error of the write, which names the file.
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Sets what to print when a signal ends the program at once.
    static func say(_ text: String?) {
        farewell.store(text.map { UInt(bitPattern: strdup($0)) } ?? 0, ordering: .relaxed)
    }

    /// Does work that reads the request.
    static func heeded<Result>(_ work: (Cancellation) throws -> Result) rethrows -> Result {
        isHeeded.store(true, ordering: .relaxed)
        defer { isHeeded.store(false, ordering: .relaxed) }
        return try work(cancellation)
    }
}
