import Foundation
import Scenarios
import Tables

/// What a simulation was asked for besides its files: the part of a command that decides which draws there are.
public struct SimulationRequest: Codable, Sendable, Equatable {
    /// The number of draws; with a precision, the number to begin with.
    public let draws: Int
    /// The Monte Carlo error to go on until, SD; nil for exactly so many draws.
    public let mcse: Double?
    /// With a Monte Carlo error, the most draws.
    public let largestNumberOfDraws: Int?
    /// Whether draws and their table are kept.
    public let keepsDraws: Bool
    /// How the inputs of draws are sampled.
    public let sampling: SamplingDesign
    /// Base samples of the sensitivity analysis; 0 for none.
    public let sensitivitySamples: Int

    private enum CodingKeys: String, CodingKey {
        case draws, sampling
        case mcse = "until_mcse"
        case largestNumberOfDraws = "max_draws"
        case keepsDraws = "keep_draws"
        case sensitivitySamples = "sensitivity_samples"
    }

    /// A request.
    public init(
        draws: Int, precision: SimulationPrecision? = nil, keepsDraws: Bool = false,
        sampling: SamplingDesign = .independent, sensitivitySamples: Int = 0
    ) {
        self.sampling = sampling
        self.sensitivitySamples = sensitivitySamples
        self.draws = draws
        mcse = precision?.mcse
        largestNumberOfDraws = precision?.largestNumberOfDraws
        self.keepsDraws = keepsDraws
    }
}

/// A run that has come to its end, as its `run.json` tells it.
public struct FinishedRun: Decodable, Sendable {
    private struct Input: Decodable {
        let path: String
        let sha256: String
    }

    private struct Output: Decodable {
        let path: String
        let sha256: String
    }

    private let version: String
    private let seed: UInt64?
    private let inputs: [Input]
    private let outputs: [Output]
    private let request: SimulationRequest?
    /// The number of draws; nil when nothing was simulated.
    public let draws: Int?

    /// The run in a folder when it is what a command would make again: the same files, program and draws, and all its
    /// tables still as they were written.
    ///
    /// Nothing is fitted to find out. What such a run did not come to remove is removed.
    ///
    /// - Parameter isOtherRefused: Whether a run of other files or of another version is an error.
    /// - Returns: nil when there is no such run.
    /// - Throws: ``RunError/otherSimulation(path:difference:)``.
    public static func of(
        _ scenario: ScenarioFile, request: SimulationRequest, in folder: String
    ) throws(RunError) -> FinishedRun? {
        let path = folder + "/run.json"
        guard let bytes = try? readFile(path),
            let run = try? JSONDecoder().decode(FinishedRun.self, from: Data(bytes)), run.request != nil
        else { return nil }
        // The draws that are kept tell more exactly what differs.
        let hasDraws = access("\(folder)/\(ShardStore.folderName)/\(ShardStore.identityName)", F_OK) == 0
        if let difference = run.difference(from: scenario) {
            if hasDraws { return nil }
            throw .otherSimulation(path: path, difference: difference)
        }
        guard run.request == request, run.isWhole(in: folder) else { return nil }
        // It may have been killed between its last file and the end.
        RunDirectory.removeMark(in: folder)
        if !request.keepsDraws { ShardStore.removeLeftovers(in: folder) }
        return run
    }

    private func difference(from scenario: ScenarioFile) -> String? {
        guard version == herstelVersion else {
            return "the program's version was \(version) and is now \(herstelVersion)"
        }
        guard seed == scenario.seed else {
            return "the seed was \(seed.map { "\($0)" } ?? "none") and is now \(scenario.seed)"
        }
        let old = inputs.map { SimulationIdentity.Input(path: $0.path, sha256: $0.sha256) }
        let new = inputs.enumerated().map { index, input in
            let digest = index == 0 ? sha256(scenario.bytes) : (try? readFile(input.path)).map { sha256($0) }
            return SimulationIdentity.Input(path: index == 0 ? scenario.path : input.path, sha256: digest ?? "missing")
        }
        return SimulationIdentity.difference(of: old, from: new)
    }

    private func isWhole(in folder: String) -> Bool {
        !outputs.isEmpty
            && outputs.allSatisfy { output in
                (try? readFile(folder + "/" + output.path)).map { sha256($0) == output.sha256 } ?? false
            }
    }
}
