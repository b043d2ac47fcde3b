import Foundation
import Parallelism

/// All draws, over threads, and what they cost.
struct ScenarioRun {
    let draws: Int
    private(set) var totals = ScenarioTotals()
    private var times = ScenarioTimes()
    private let elapsed, processor: Double

    /// Draws that go together: a fixed number, so that sums are cut alike for any number of threads.
    private static let draws = 8

    init(inputs: ScenarioInputs, check: CheckDraws?, draws: Int) {
        self.draws = draws
        let blocks = inputs.blocks()
        let (start, processorStart) = (seconds(), processorSeconds())
        let count = (draws + Self.draws - 1) / Self.draws
        var parts = [ScenarioPart?](repeating: nil, count: count)
        parts.withUnsafeMutableBufferPointer { parts in
            nonisolated(unsafe) let parts = parts
            Threads.forEach(count) { index in
                let kernel = ScenarioKernel(blocks: blocks, check: check)
                parts[index] = kernel.run((index * Self.draws)..<min((index + 1) * Self.draws, draws))
            }
        }
        for case let part? in parts {
            totals.add(part.totals)
            times.add(part.times)
        }
        (elapsed, processor) = (seconds() - start, processorSeconds() - processorStart)
    }

    /// One line as the C programs print it.
    func report(cell: [Int32]) -> String {
        let updates =
            Double(draws * Scenario.schools * Scenario.scenarios * Scenario.levels) * Double(Scenario.years)
        let normals = Double(draws * Scenario.schools * 50)
        let last = Scenario.cells * Scenario.levels * Scenario.years + Scenario.years - 1
        let mean = totals.sum[last] / Double(draws * cell.count { $0 == 0 })
        let figures: [(String, String)] = [
            ("kernel_s", String(format: "%.4f", elapsed)), ("cpu_s", String(format: "%.4f", processor)),
            ("draws", "\(draws)"), ("updates_per_s", String(format: "%.4g", updates / elapsed)),
            ("normals_per_s", String(format: "%.4g", normals / elapsed)),
            ("thread_s_normals", String(format: "%.3f", times.normals)),
            ("thread_s_exp", String(format: "%.3f", times.response)),
            ("thread_s_update", String(format: "%.3f", times.update)),
            ("ns_per_normal", String(format: "%.3f", times.normals / normals * 1e9)),
            ("ns_per_update", String(format: "%.3f", times.update / updates * 1e9)),
            ("mean_last", String(format: "%.9f", mean)),
        ]
        return "METRIC {" + figures.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
    }
}

/// The processor time of this process, all threads.
private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// The monotonic clock, in seconds.
private func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
