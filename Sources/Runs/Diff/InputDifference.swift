/// Something that went into two runs differently.
public struct InputDifference: Sendable, Equatable {
    /// What kind of thing it is.
    public enum Kind: String, Sendable {
        /// The program or a library.
        case program
        /// The seed, the number of draws, an option.
        case request
        /// A file that was read.
        case file
        /// A row of `assumptions.csv`.
        case parameter
        /// The definition of a goal.
        case goal
        /// A number that a model declares.
        case model
    }

    /// What kind of thing it is.
    public let kind: Kind
    /// Its name.
    public let name: String
    /// What of it differs: a column of `assumptions.csv`, `sha256`, ...; empty when all of it is only in one run.
    public let field: String
    /// In the first run; nil when it is not there.
    public let first: String?
    /// In the second run; nil when it is not there.
    public let second: String?
    /// What more is known: the first line that differs.
    public let note: String

    init(_ kind: Kind, _ name: String, _ field: String, _ first: String?, _ second: String?, note: String = "") {
        (self.kind, self.name, self.field) = (kind, name, field)
        (self.first, self.second, self.note) = (first, second, note)
    }

    /// `added`, `removed` or `changed`.
    public var status: String { first == nil ? "added" : second == nil ? "removed" : "changed" }
}
