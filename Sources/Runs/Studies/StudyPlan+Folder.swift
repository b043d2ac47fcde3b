import Foundation
import Scenarios
import Tables

extension StudyPlan {
    /// The SHA-256, in hexadecimal, of everything that results hang on: neither resources nor the cost, the names or the
    /// way in which units are put together to tasks. What was done for one plan serves another with the same digest.
    public var workDigest: String {
        get throws {
            var bare = self
            (bare.name, bare.title, bare.study) = ("", "", Input(path: "", sha256: ""))
            (bare.resources, bare.unitsPerTask) = (JobResources(), 1)
            bare.cost = StudyCost(
                preparation: 0, draw: 0, summary: 0, sizes: cost.sizes.map { _ in 0 }, memory: 0, tableBytes: 0,
                drawBytes: 0)
            return try bare.digest
        }
    }

    /// Writes the plan into a study's folder, which is made when it is not there.
    ///
    /// A folder with the same study's work keeps it: resources may change on the way. Its fitted estimates stay, which other
    /// machines fit a little differently.
    ///
    /// - Returns: The plan as it is in the folder.
    /// - Throws: ``BatchError/otherPlan(folder:difference:)`` when work on another plan is there, ``RunError``, or an error
    ///   of the file system.
    public func write(to folder: StudyFolder) throws -> StudyPlan {
        guard !folder.path.isEmpty else { throw RunError.noName }
        guard folder.path.unicodeScalars.allSatisfy({ $0.value >= 32 && !(127..<160).contains($0.value) }) else {
            throw BatchError.badFolder(
                path: folder.path,
                reason: "its name holds a line break or another control character, which no script can hold")
        }
        var plan = self
        if access(folder.plan, F_OK) == 0 {
            do {
                plan = try replacing(StudyPlan(in: folder), in: folder)
            } catch BatchError.badPlan {
                // What was done carries the digest of its plan: of another one it is not used.
            }
        } else if let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path), !names.isEmpty,
            !names.contains("units") || !names.contains("variants")
        {
            throw BatchError.badFolder(path: folder.path, reason: "it is not empty and holds no study (plan.json)")
        }
        for path in [folder.path, folder.units, folder.variants, folder.logs, folder.jobs] {
            try RunDirectory.makeFolder(path)
        }
        try writeAtomically(try plan.json, to: folder.plan)
        try writeAtomically(StudyTable(plan).table.bytes, to: folder.path + "/study.csv")
        return plan
    }

    /// This plan in place of an earlier one.
    private func replacing(_ old: StudyPlan, in folder: StudyFolder) throws -> StudyPlan {
        var plan = self
        let isSameFit =
            estimates.map(\.name) == old.estimates.map(\.name)
            && zip(estimates, old.estimates).allSatisfy {
                $0.values.count == $1.values.count && $0.difference(from: $1) == nil
            }
        if isSameFit { plan.estimates = old.estimates }
        guard try plan.workDigest != old.workDigest else { return plan }
        let kept = [folder.units, folder.variants].contains { path in
            !((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).isEmpty
        }
        guard !kept else {
            throw BatchError.otherPlan(folder: folder.path, difference: plan.difference(from: old))
        }
        return self
    }

    /// The first thing in which another plan differs, for messages.
    private func difference(from old: StudyPlan) -> String {
        if directory != old.directory { return "it was planned in \(old.directory) and now in \(directory)" }
        if base != old.base { return "its base was \(old.base) and is now \(base)" }
        for (new, before) in zip(inputs, old.inputs) where new != before { return "\(new.path) has changed" }
        if draws != old.draws { return "it has \(old.draws) draws of each variant, and now \(draws) are asked for" }
        if shards != old.shards { return "its number of shards is \(old.shards), and now \(shards) are asked for" }
        if sampling != old.sampling {
            return "its sampling is \(old.sampling.rawValue) and is now \(sampling.rawValue)"
        }
        if sensitivity != old.sensitivity {
            return "it has \(old.sensitivity) samples of the sensitivity analysis, and now \(sensitivity) are asked for"
        }
        if tables != old.tables || trajectories != old.trajectories { return "it keeps other tables" }
        if variants.count != old.variants.count {
            return "it has \(old.variants.count) variants, and now there are \(variants.count)"
        }
        if let pair = zip(variants, old.variants).first(where: { $0.0 != $0.1 }) {
            return
                "its variant \(pair.1.number) was '\(pair.1.words(old.factors))' and is now '\(pair.0.words(factors))'"
        }
        return "the estimates of its models, or what they rest on, are others"
    }
}
