import Foundation
import Tables

/// A variant whose tables are written, as its `run.json` tells it.
struct FinishedVariant: Decodable {
    struct Output: Decodable {
        let path: String
        let sha256: String
    }

    private let version: String
    private let design: String?
    private let resultDigest: String
    /// The tables.
    let outputs: [Output]

    private enum CodingKeys: String, CodingKey {
        case version, outputs
        case design = "study_design"
        case resultDigest = "result_digest"
    }

    /// The variant in a folder; nil when its tables are not finished, or are of another design.
    ///
    /// - Parameter design: ``StudyPlan/designDigest``.
    init?(in folder: String, of design: String) {
        guard let run: FinishedVariant = StudyFolder.read(folder + "/run.json"), run.version == herstelVersion,
            run.design == design,
            run.resultDigest == sha256(Array(run.outputs.map(\.sha256).joined(separator: "\n").utf8))
        else { return nil }
        self = run
    }

    /// The bytes of a table; nil when it is not there or not as it was written.
    func bytes(of output: Output, in folder: String) -> [UInt8]? {
        guard let bytes = try? readFile(folder + "/" + output.path), sha256(bytes) == output.sha256 else { return nil }
        return bytes
    }

    /// Whether every table is as it was written.
    func isWhole(in folder: String) -> Bool { outputs.allSatisfy { bytes(of: $0, in: folder) != nil } }
}
