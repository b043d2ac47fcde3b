import Dispatch
import Glibc
import Scenarios

/// Turns Ctrl-C and TERM into a request to stop: files are whole, exit code 130. A second Ctrl-C ends at once.
final class Interrupt {
    private let sources: [any DispatchSourceSignal]

    init(_ cancellation: Cancellation) {
        sources = [SIGINT, SIGTERM].map { signal in
            Glibc.signal(signal, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: signal, queue: .global())
            source.setEventHandler {
                if cancellation.isCancelled { _exit(130) }
                cancellation.cancel()
            }
            source.resume()
            return source
        }
    }
}
