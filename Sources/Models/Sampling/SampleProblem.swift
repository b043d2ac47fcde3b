import Tables

/// What can go wrong with a survey's design as a file and its columns give it.
public enum SampleProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// A design weight is missing, negative or infinite.
    case badWeight(column: String, place: String, found: String)
    /// No row has a design weight above 0.
    case noWeight(column: String)
    /// A column of the design has no value in a row.
    case missingValue(column: String, place: String)
    /// Rows of a stratum name different population sizes.
    case populationVaries(column: String, stratum: String, place: String)
    /// A stratum's population is missing, or smaller than what was drawn from it.
    case populationTooSmall(stratum: String, population: Double, drawn: Int)
    /// A stratum has a single cluster.
    case lonelyCluster(stratum: String)
    /// Every stratum of a wave, or of all rows where it is empty, has a single cluster that counts as certain.
    case noDegreesOfFreedom(wave: String)
    /// Something that has no column of its own.
    case survey(String)

    /// The message.
    public var description: String {
        switch self {
        case .badWeight(let column, let place, let found):
            "\(place): the design weight in column '\(column)' is \(found); expected a number of 0 or more. Correct it, or leave the "
                + "row out with 'subset'."
        case .noWeight(let column): "no row has a design weight above 0 in column '\(column)'."
        case .missingValue(let column, let place):
            "\(place): column '\(column)' of the design has no value. Every row needs its stratum, clusters and calibration variables."
        case .populationVaries(let column, let stratum, let place):
            "\(place): the rows of \(stratum) name different population sizes in column '\(column)'. Give each stratum one number: "
                + "the number of clusters in its population."
        case .populationTooSmall(let stratum, let population, let drawn):
            "\(stratum) has \(drawn) clusters in the sample and a population of \(shortestText(population)). Give the number of "
                + "clusters in the population."
        case .lonelyCluster(let stratum):
            "\(stratum) has a single cluster, so its variance cannot be told. Join it with a stratum like it, or say under 'design' "
                + "what it adds: 'lonely_clusters: certainty' (nothing), 'centre' or 'average'."
        case .noDegreesOfFreedom(let wave):
            "every stratum \(wave.isEmpty ? "" : "of \(wave) ")has a single cluster, and 'lonely_clusters: certainty' says that these have "
                + "no error: none could be told at all. Use 'centre', or join strata."
        case .survey(let message): message
        }
    }
}
