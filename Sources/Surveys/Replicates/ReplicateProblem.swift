/// What can go wrong with replicate weights.
public enum ReplicateProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// There are fewer than two replicates.
    case tooFew(Int)

    /// The message.
    public var description: String {
        switch self {
        case .tooFew(let count): "found \(count) replicates; a variance needs two or more."
        }
    }
}
