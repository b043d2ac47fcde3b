/// How many a cell's estimate rests on: what decides whether it may be published.
public struct CellCount: Sendable, Equatable {
    /// The number of individuals: pupils, respondents.
    public let individuals: Int
    /// The number of schools or other clusters; nil where the data do not tell.
    public let clusters: Int?

    /// A count.
    public init(individuals: Int, clusters: Int? = nil) {
        self.individuals = individuals
        self.clusters = clusters
    }
}
