import Runs
import Scenarios

/// How large a simulation is and how long it will take.
struct SizeReport {
    private let size: SimulationSize
    private let draws: Int
    private let threads: Int
    private let estimate: RunEstimate

    init(_ prepared: PreparedScenario, draws: Int, threads: Int, sensitivitySamples: Int) throws {
        size = Simulator(prepared.plan).size
        (self.draws, self.threads) = (draws, threads)
        estimate = try prepared.estimate(
            draws: draws, threads: threads, sensitivitySamples: sensitivitySamples)
    }

    var text: String {
        let records = size.bytesPerDraw * draws
        let rows =
            [
                ("scenarios", "\(size.scenarios)"),
                ("cells", "\(size.cells) (schools x SES groups x grades x outcomes x school years)"),
            ]
            + (size.careerCells == 0
                ? []
                : [
                    (
                        "careers",
                        "\(size.careerCells) (schools x SES groups x grades of all tracks x school years), beside a baseline"
                    )
                ]) + [
                ("draws", "\(draws)"),
                ("cell updates", "\(size.updatesPerDraw * draws) (scenarios x cells x draws)"),
                ("bytes a draw", "\(size.bytesPerDraw)"),
                (
                    "memory",
                    "\(Quantity.bytes(estimate.memory)) in use now, and at most \(Quantity.bytes(records)) for the draws"
                ),
                (
                    "on disk",
                    "\(Quantity.bytes(records)) in shards/ until the tables are written; with --keep-draws for good, and "
                        + "\(Quantity.bytes(estimate.drawTableBytes)) more for draws.csv"
                ),
                (
                    "expected time",
                    "\(Quantity.seconds(estimate.seconds)) on \(counted(threads, "thread")): \(Quantity.seconds(estimate.preparation)) "
                        + "to prepare, \(Quantity.seconds(estimate.simulation)) "
                        + "to simulate, \(Quantity.seconds(estimate.summaries)) to summarise, "
                        + "\(Quantity.seconds(estimate.sensitivity)) for sensitivity, measured here with "
                        + "\(counted(estimate.measuredDraws, "draw"))"
                ),
            ]
        let width = rows.map(\.0.count).max() ?? 0
        return "Size\n"
            + rows.map { name, value in "  \(name)\(String(repeating: " ", count: width - name.count))  \(value)" }
            .joined(separator: "\n")
    }
}
