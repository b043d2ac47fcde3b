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
                    "\(Self.bytes(estimate.memory)) in use now, and at most \(Self.bytes(records)) for the draws"
                ),
                (
                    "on disk",
                    "\(Self.bytes(records)) in shards/ until the tables are written; with --keep-draws for good, and "
                        + "\(Self.bytes(estimate.drawTableBytes)) more for draws.csv"
                ),
                (
                    "expected time",
                    "\(Self.seconds(estimate.seconds)) on \(counted(threads, "thread")): \(Self.seconds(estimate.preparation)) "
                        + "to prepare, \(Self.seconds(estimate.simulation)) "
                        + "to simulate, \(Self.seconds(estimate.summaries)) to summarise, "
                        + "\(Self.seconds(estimate.sensitivity)) for sensitivity, measured here with "
                        + "\(counted(estimate.measuredDraws, "draw"))"
                ),
            ]
        let width = rows.map(\.0.count).max() ?? 0
        return "Size\n"
            + rows.map { name, value in "  \(name)\(String(repeating: " ", count: width - name.count))  \(value)" }
            .joined(separator: "\n")
    }

    private static func seconds(_ value: Double) -> String {
        value < 100
            ? "\(fixed(value, 1)) s" : value < 7200 ? "\(fixed(value / 60, 0)) min" : "\(fixed(value / 3600, 1)) h"
    }

    private static func bytes(_ count: Int) -> String {
        let value = Double(count)
        return value < 1e6
            ? "\(fixed(value / 1e3, 0)) kB"
            : value < 1e9 ? "\(fixed(value / 1e6, 0)) MB" : "\(fixed(value / 1e9, 1)) GB"
    }
}
