import Foundation
import Parallelism
import Surveys

/// The tables of a big monitor: items by splits with standard errors and the covariance within each table.
@main
enum SurveyBenchmark {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            FileHandle.standardError.write(Data("survey-benchmark: \(error)\n".utf8))
            exit(2)
        }
    }

    private static func run(_ arguments: [String]) throws {
        guard (6...7).contains(arguments.count), let drawing = Drawing(rawValue: arguments[0]),
            let rows = Int(arguments[1]), rows >= 2_000, let items = Int(arguments[2]), items > 0,
            let splits = Int(arguments[3]), splits > 0, let threads = Int(arguments[4]), threads >= 0,
            let kind = Kind(rawValue: arguments[5])
        else { throw InputError() }
        Threads.use(threads)
        let monitor = Monitor(drawing, rows: rows, items: items, splits: splits, kind: kind)
        let sample = SurveySample(try monitor.design())
        let before = Memory.peakMebibytes
        let (start, processor) = (ContinuousClock.now, Memory.processorSeconds)
        let tables = try sample.tables(of: monitor.items, by: monitor.splits)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let used = Memory.processorSeconds - processor
        print(
            String(
                format:
                    "%@ %@ rows %d items %d splits %d threads %d: seconds %.4f processor %.4f peak %d MiB, before %d MiB, digest %@",
                drawing.rawValue, kind.rawValue, rows, items, splits, threads, seconds, used, Memory.peakMebibytes,
                before, digest(tables)))
        if arguments.count == 7 { try monitor.write(to: arguments[6], table: tables[0][0]) }
    }

    /// The bits of all estimates and covariances in one number (FNV-1a): equal for any number of threads.
    private static func digest(_ tables: [[DomainTable]]) -> String {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for table in tables.joined() {
            for value in table.estimates.values + table.estimates.covariance.elements {
                digest = (digest ^ value.bitPattern) &* 0x0000_0100_0000_01B3
            }
        }
        return String(digest, radix: 16)
    }
}

private struct InputError: Error, CustomStringConvertible {
    let description = "expected schools|households|respondents ROWS ITEMS SPLITS THREADS categories|numbers [CSV]."
}
