import Crypto
import Foundation
import Specifications

/// What made a run, and what it made: the content of `run.json`.
struct Manifest: Encodable {
    /// A file that was read.
    struct Input: Encodable {
        let path: String
        let sha256: String
        let bytes: Int
    }

    /// A file that was written.
    struct Output: Encodable {
        let path: String
        let sha256: String
        let rows: Int
    }

    let formatVersion = 1
    let program = "herstel"
    let version: String
    /// The command with its scenario or model, without options that do not touch results.
    let command: [String]
    let seed: UInt64?
    let draws: Int?
    /// What decided which draws there are; nil when nothing was simulated.
    let request: SimulationRequest?
    /// Teaching weeks in a school year, by model: delays in weeks mean nothing without it.
    let teachingWeeks: [String: Double]
    /// The SHA-256 of all inputs' digests in order.
    let specificationDigest: String
    let inputs: [Input]
    let outputs: [Output]
    /// The SHA-256 of all outputs' digests in order: equal when every table is the same byte for byte.
    let resultDigest: String
    /// The BLAS that fits went through; nil where what was drawn from was fitted elsewhere.
    var blas: String?
    /// What a study changed in the first input; nil outside studies.
    var overrides: [SpecificationOverride]?
    /// The digest of the study's design that the run is part of: ``StudyPlan/designDigest``; nil outside studies.
    var design: String?

    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case program, version, command, seed, draws, request, inputs, outputs, blas, overrides
        case design = "study_design"
        case teachingWeeks = "teaching_weeks"
        case specificationDigest = "specification_digest"
        case resultDigest = "result_digest"
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
func sha256(_ bytes: [UInt8]) -> String { hexadecimal(sha256Bytes(bytes)) }

/// The SHA-256 of some bytes, 32 bytes.
func sha256Bytes(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

/// Two digits for each byte.
func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}

/// JSON with sorted keys and indentation, the same bytes for the same value.
func canonicalJSON(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(value)) + [UInt8(ascii: "\n")]
}
