import Scenarios

/// Whether the draws of two runs have random numbers in common.
struct Pairing {
    /// Why they do not; nil when they do, or when one simulated nothing.
    let reason: String?

    init(_ first: ComparedRun, _ second: ComparedRun) throws {
        reason = try Self.reason(first, second)
    }

    private static func reason(_ first: ComparedRun, _ second: ComparedRun) throws -> String? {
        let (old, new) = (first.description, second.description)
        guard let before = old.request, let after = new.request else { return nil }
        guard old.seed == new.seed else {
            return "the seed is \(words(old.seed)) in the first and \(words(new.seed)) in the second"
        }
        guard before.sampling == after.sampling else {
            return "draws are sampled as '\(before.sampling.rawValue)' in the first and as "
                + "'\(after.sampling.rawValue)' in the second"
        }
        // A coordinate of the sequence is an input's place among all: one more input gives others another coordinate.
        guard before.sampling == .sobol, try uncertain(first) != uncertain(second) else { return nil }
        return "draws follow Sobol' sequences over the uncertain parameters, and these are not the same ones"
    }

    private static func words(_ seed: UInt64?) -> String { seed.map { "\($0)" } ?? "none" }

    private static func uncertain(_ run: ComparedRun) throws -> [String] {
        let table = try run.table("assumptions.csv", columns: ["parameter", "distribution"])
        return (table?.rows ?? []).filter { $0.text("distribution") != "fixed" }.map { $0.text("parameter") }
    }
}
