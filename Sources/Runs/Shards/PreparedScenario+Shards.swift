import Scenarios
import Tables

extension PreparedScenario {
    /// Makes a folder the scenario's run directory, and keeps finished blocks of draws in its `shards/`.
    ///
    /// - Parameters:
    ///   - folder: The run directory; made when it is not there.
    ///   - earlier: What to do with the draws that it holds.
    ///   - note: Called with remarks for standard error, from any thread.
    /// - Returns: The scenario, which draws from the estimates that are kept, and the store.
    /// - Throws: ``RunError``, or the errors of files.
    public func keepingDraws(
        in folder: String, earlier: ShardStore.Earlier, note: @escaping @Sendable (String) -> Void
    ) throws -> (PreparedScenario, ShardStore) {
        let (scenario, identity) = try identified()
        let store = try scenario.store(in: folder, for: identity, earlier: earlier, note: note)
        return (scenario.drawing(from: store.identity.estimates), store)
    }

    /// Reads the files that the simulation rests on, and says what its draws hang on.
    func identified() throws -> (PreparedScenario, SimulationIdentity) {
        var scenario = self
        let inputs = try scenario.readInputs()
        let identity = SimulationIdentity(
            version: herstelVersion, seed: file.seed, sampling: plan.sampling,
            recordLength: Simulator(plan).layout.length,
            inputs: inputs.map { SimulationIdentity.Input(path: $0.path, bytes: $0.bytes) },
            estimates: plan.drawnEstimates)
        return (scenario, identity)
    }

    /// Makes a folder the scenario's run directory, with a store of its draws.
    func store(
        in folder: String, for identity: SimulationIdentity, earlier: ShardStore.Earlier,
        note: @escaping @Sendable (String) -> Void
    ) throws -> ShardStore {
        try RunDirectory(folder).begin()
        return try ShardStore(in: folder, for: identity, earlier: earlier, note: note)
    }

    /// Computes one part of the draws and keeps it; nothing is summarised or written as a table.
    ///
    /// - Parameters:
    ///   - draws: The number of draws of the whole simulation.
    ///   - progress: Called with the number of draws of the part that are done.
    /// - Throws: ``Scenarios/ScenarioError/cancelled``, or an error of the store.
    public func simulate(
        _ part: ShardPart, of draws: Int, into store: ShardStore, threads: Int, cancellation: Cancellation,
        progress: @escaping @Sendable (Int) -> Void
    ) throws {
        let range = part.range(of: draws)
        try Simulator(plan).fill(
            range, of: store.part(range), threads: threads, cancellation: cancellation, progress: progress)
    }
}

extension SimulationIdentity.Input {
    /// A file of which the text is kept when it is a specification: it holds no data of persons.
    fileprivate init(path: String, bytes: [UInt8]) {
        let isSpecification = [".yaml", ".yml"].contains { path.hasSuffix($0) } && bytes.count <= 1 << 20
        self.init(
            path: path, sha256: Runs.sha256(bytes), text: isSpecification ? String(decoding: bytes, as: UTF8.self) : nil
        )
    }
}
