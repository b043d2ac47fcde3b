extension StudyPlan {
    /// The SHA-256 of what results hang on, in hexadecimal: the plan without where it was made, how its work is divided and
    /// what that is expected to take. Results carry it.
    public var designDigest: String {
        get throws {
            let bare = StudyPlan(
                version: version, name: name, title: title, directory: "", study: study, base: base, inputs: inputs,
                estimates: estimates, draws: draws, shards: 1, seed: seed, sampling: sampling, sensitivity: sensitivity,
                tables: tables, trajectories: trajectories, factors: factors, variants: variants,
                resources: JobResources(), unitsPerTask: 1,
                cost: StudyCost(
                    preparation: 0, draw: 0, summary: 0, sizes: [], memory: 0, tableBytes: 0, drawBytes: 0))
            return sha256(try canonicalJSON(bare))
        }
    }
}
