import Foundation
import Tables

extension StudyPlan {
    /// The file's content: the plan, and its digest to tell when somebody has edited it.
    private struct Stored: Codable {
        let plan: StudyPlan
        let sha256: String
    }

    /// The file's bytes.
    var json: [UInt8] { get throws { try canonicalJSON(Stored(plan: self, sha256: try digest)) } }

    /// The SHA-256 of the plan, in hexadecimal.
    var digest: String { get throws { sha256(try canonicalJSON(self)) } }

    /// Reads the plan of a study's folder.
    ///
    /// - Throws: ``BatchError/noPlan(folder:)``, ``BatchError/badPlan(path:reason:)`` or
    ///   ``BatchError/otherVersion(planned:folder:)``.
    public init(in folder: StudyFolder) throws {
        guard access(folder.plan, F_OK) == 0 else { throw BatchError.noPlan(folder: folder.path) }
        let bytes = try readFile(folder.plan)
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .herstel
        do {
            self = try decoder.decode(Stored.self, from: Data(bytes)).plan
        } catch {
            throw BatchError.badPlan(path: folder.plan, reason: "it is damaged, or another program's")
        }
        guard version == herstelVersion else {
            throw BatchError.otherVersion(planned: version, folder: folder.path)
        }
        guard isConsistent, try json == bytes else {
            throw BatchError.badPlan(path: folder.plan, reason: "it was edited or is damaged")
        }
    }

    /// Looks whether the files that the study rests on are as they were when it was planned.
    ///
    /// - Throws: ``BatchError/changedInput(path:folder:)``, or an error of the files.
    public func checkInputs(in folder: StudyFolder) throws {
        for input in inputs {
            let path = input.path.hasPrefix("/") ? input.path : directory + "/" + input.path
            guard sha256(try readFile(path)) == input.sha256 else {
                throw BatchError.changedInput(path: input.path, folder: folder.path)
            }
        }
    }

    /// Whether the numbers hang together: a file can be edited by anybody.
    private var isConsistent: Bool {
        let limit = StudyLimits.units
        return formatVersion == 1 && (1...limit).contains(variants.count) && (1...limit).contains(shards)
            && variants.count * shards <= limit && draws >= max(2, shards) && unitsPerTask >= 1
            && cost.sizes.count == variants.count
            && variants.enumerated().allSatisfy { $1.number == $0 + 1 && $1.levels.count == factors.count }
    }
}

/// How large a study may be.
public enum StudyLimits {
    /// Work units: more are a mistake, and more files than a folder should hold.
    public static let units = 1_000_000
}
