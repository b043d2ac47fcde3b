import Foundation
import Parallelism

/// The scenario kernel of `bench/mc`, with the same files, arguments and results as its C programs.
@main
enum MonteCarloBenchmark {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            if arguments.first == "--normals" { try testNormals(arguments) } else { try runKernel(arguments) }
        } catch {
            FileHandle.standardError.write(Data("montecarlo-benchmark: \(error)\n".utf8))
            exit(2)
        }
    }

    private static func testNormals(_ arguments: [String]) throws {
        guard (2...3).contains(arguments.count), let count = Int(arguments[1]), count > 0,
            let threads = arguments.count == 3 ? Int(arguments[2]) : 0, threads >= 0
        else { throw usage }
        Threads.use(threads)
        let quality = NormalQuality(count: count)
        print(quality.report)
        if quality.fails { exit(1) }
    }

    private static let usage = InputError(
        description: "expected DIR DRAWS THREADS [OUT] [check], or --normals COUNT [THREADS].")

    private static func runKernel(_ arguments: [String]) throws {
        guard (3...5).contains(arguments.count), let draws = Int(arguments[1]), draws > 0,
            let threads = Int(arguments[2]), threads > 0, arguments.count < 5 || arguments[4] == "check"
        else { throw usage }
        let inputs = try ScenarioInputs(folder: arguments[0])
        let check = arguments.count == 5 ? try CheckDraws(folder: arguments[0]) : nil
        Threads.use(threads)
        let run = ScenarioRun(inputs: inputs, check: check, draws: check == nil ? draws : CheckDraws.count)
        print(run.report(cell: inputs.cell))
        if arguments.count > 3 { try run.totals.write(to: arguments[3]) }
    }
}
