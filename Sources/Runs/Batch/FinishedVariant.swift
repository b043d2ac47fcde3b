import Foundation
import Tables

/// A variant whose tables are written, as its `run.json` tells it.
struct FinishedVariant: Decodable {
    struct Output: Decodable {
        let path: String
        let sha256: String
    }

    private let version: String
    private let study: String?
    private let command: [String]
    private let resultDigest: String
    /// The tables.
    let outputs: [Output]

    private enum CodingKeys: String, CodingKey {
        case version, command, outputs
        case study = "study_work"
        case resultDigest = "result_digest"
    }

    /// The variant in a folder; nil when its tables are not finished, or are another study's.
    ///
    /// - Parameters:
    ///   - number: The variant's number: the folder may hold a copy of another's.
    ///   - digest: ``StudyPlan/workDigest``.
    init?(_ number: Int, in folder: String, of digest: String) {
        guard let run: FinishedVariant = StudyFolder.read(folder + "/run.json"), run.version == herstelVersion,
            run.study == digest, run.command.last == Self.word(number),
            run.resultDigest == sha256(Array(run.outputs.map(\.sha256).joined(separator: "\n").utf8))
        else { return nil }
        self = run
    }

    /// What the command in its `run.json` ends with.
    static func word(_ number: Int) -> String { "variant \(number)" }

    /// The bytes of a table; nil when it is not there or not as it was written.
    func bytes(of output: Output, in folder: String) -> [UInt8]? {
        guard let bytes = try? readFile(folder + "/" + output.path), sha256(bytes) == output.sha256 else { return nil }
        return bytes
    }

    /// Whether every table is as it was written.
    func isWhole(in folder: String) -> Bool { outputs.allSatisfy { bytes(of: $0, in: folder) != nil } }
}
