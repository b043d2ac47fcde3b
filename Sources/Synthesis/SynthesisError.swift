/// What can stop the writing of microdata, besides the disk.
public enum SynthesisError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The user asked to stop.
    case cancelled

    /// The message.
    public var description: String {
        switch self {
        case .cancelled: "stopped before the end; nothing was written."
        }
    }
}
