import Funding

/// Where the schools of a scenario file come from.
public enum SchoolSource: Sendable {
    /// The embedded Dutch population.
    case netherlands
    /// A population with the marginals of a file in the embedded one's format.
    case marginals(path: String)
    /// A table with declared columns.
    case table(SchoolTable)

    /// The files that the schools are read from, for provenance.
    public var inputPaths: [String] {
        switch self {
        case .netherlands: []
        case .marginals(let path): [path]
        case .table(let table): table.inputPaths
        }
    }

    /// The schools, the marginals that they were synthesised to, and how many rows of a table were left out.
    ///
    /// - Throws: the errors of the file that they come from.
    func population(seed: UInt64) throws -> (SchoolPopulation, PopulationMarginals?, rowsLeftOut: Int) {
        let marginals: PopulationMarginals
        switch self {
        case .netherlands: marginals = try PopulationMarginals.netherlands()
        case .marginals(let path): marginals = try PopulationMarginals(path: path)
        case .table(let table):
            let (population, rowsLeftOut) = try table.read()
            return (population, nil, rowsLeftOut)
        }
        return (try marginals.synthesise(seed: seed), marginals, 0)
    }
}
