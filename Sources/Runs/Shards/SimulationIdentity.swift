import Foundation
import Scenarios

/// What the draws of a simulation hang on: the content of `shards/simulation.json`.
///
/// Blocks of draws belong together when the digests of their simulations are the same.
struct SimulationIdentity: Codable, Equatable {
    /// A file that was read.
    struct Input: Codable, Equatable {
        /// Where it was; another place changes no draw.
        var path: String
        let sha256: String
        /// The text of a model, scenario or menu file, to tell what changed in it; nil for data.
        var text: String?
    }

    var formatVersion = 1
    /// The program's version.
    let version: String
    let seed: UInt64
    /// How the inputs of draws are sampled.
    let sampling: SamplingDesign
    /// Doubles in a draw's record.
    let recordLength: Int
    /// The files in the order in which they were read.
    var inputs: [Input]
    /// What the draws are taken from, as fitted where the simulation was begun.
    let estimates: [DrawnEstimate]

    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case recordLength = "record_length"
        case version, seed, sampling, inputs, estimates
    }

    /// The SHA-256 of everything but the places and texts of the inputs.
    var digest: [UInt8] {
        get throws {
            var bare = self
            for index in bare.inputs.indices { (bare.inputs[index].path, bare.inputs[index].text) = ("", nil) }
            return sha256Bytes(try bare.json)
        }
    }

    /// The file's bytes: doubles as the shortest text that reads back.
    var json: [UInt8] { get throws { try canonicalJSON(self) } }

    /// Reads the file's bytes.
    init(json: [UInt8]) throws {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .herstel
        self = try decoder.decode(Self.self, from: Data(json))
    }

    init(
        version: String, seed: UInt64, sampling: SamplingDesign = .independent, recordLength: Int, inputs: [Input],
        estimates: [DrawnEstimate]
    ) {
        self.sampling = sampling
        (self.version, self.seed, self.recordLength) = (version, seed, recordLength)
        (self.inputs, self.estimates) = (inputs, estimates)
    }

    /// The first thing in which another simulation differs, for messages; nil when its draws can be joined with these.
    ///
    /// - Parameter new: The simulation asked for, with its own fits.
    func difference(from new: SimulationIdentity) -> String? {
        guard version == new.version else { return "the program's version was \(version) and is now \(new.version)" }
        guard formatVersion == new.formatVersion else { return "the format of simulation.json is another" }
        return Self.difference(of: inputs, from: new.inputs) ?? scalarDifference(from: new)
            ?? estimateDifference(from: new)
    }

    private func scalarDifference(from new: SimulationIdentity) -> String? {
        guard seed == new.seed else { return "the seed was \(seed) and is now \(new.seed)" }
        guard sampling == new.sampling else {
            return "the sampling was '\(sampling.rawValue)' and is now '\(new.sampling.rawValue)'"
        }
        guard recordLength == new.recordLength else {
            return "the numbers kept of a draw were \(recordLength) and are now \(new.recordLength)"
        }
        return nil
    }

    /// The first difference between two lists of inputs.
    static func difference(of old: [Input], from new: [Input]) -> String? {
        for (old, new) in zip(old, new) where old.sha256 != new.sha256 {
            guard let before = old.text, let after = new.text else {
                return "\(new.path) has changed: its SHA-256 was \(old.sha256.prefix(12))... and is now "
                    + "\(new.sha256.prefix(12))..."
            }
            return lineDifference(before, after, in: new.path)
        }
        guard old.count == new.count else { return "\(old.count) files were read and now \(new.count) are" }
        return nil
    }

    private static func lineDifference(_ before: String, _ after: String, in path: String) -> String {
        let before = before.split(separator: "\n", omittingEmptySubsequences: false)
        let after = after.split(separator: "\n", omittingEmptySubsequences: false)
        let line = zip(before, after).enumerated().first { $1.0 != $1.1 }?.offset ?? min(before.count, after.count)
        func words(_ lines: [Substring]) -> String {
            guard line < lines.count else { return "the end of the file" }
            let text = lines[line].drop { $0 == " " }
            return "'" + (text.count > 60 ? text.prefix(57) + "..." : text) + "'"
        }
        return "\(path):\(line + 1) was \(words(before)) and is now \(words(after))"
    }

    private func estimateDifference(from new: SimulationIdentity) -> String? {
        guard estimates.map(\.name) == new.estimates.map(\.name) else {
            return "the estimates that are drawn from are those of other models"
        }
        for (old, new) in zip(estimates, new.estimates) {
            guard old.values.count == new.values.count else {
                return "\(old.name): there were \(old.values.count) numbers and now there are \(new.values.count)"
            }
            guard let position = old.difference(from: new) else { continue }
            return "\(old.name), number \(position + 1), was \(old.values[position]) and is now fitted as "
                + "\(new.values[position]); fits of different machines agree to \(DrawnEstimate.tolerance)"
        }
        return nil
    }
}

extension JSONDecoder.NonConformingFloatDecodingStrategy {
    /// Infinite degrees of freedom.
    static let herstel = Self.convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
}
