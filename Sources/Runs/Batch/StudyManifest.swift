import Scenarios

/// What made the results of a study, and what they are: the content of `results/run.json`. Nothing of where and when.
struct StudyManifest: Encodable {
    let formatVersion = 1
    let program = "herstel"
    let version: String
    let command: [String]
    /// ``StudyPlan/designDigest``.
    let design: String
    /// The study file.
    let study: StudyPlan.Input
    /// The files that the base scenario rests on.
    let inputs: [StudyPlan.Input]
    let variants: Int
    let draws: Int
    let seed: UInt64
    let sampling: SamplingDesign
    let sensitivitySamples: Int
    let outputs: [Manifest.Output]
    /// The SHA-256 of all outputs' digests in order.
    let resultDigest: String

    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case design = "study_design"
        case sensitivitySamples = "sensitivity_samples"
        case resultDigest = "result_digest"
        case program, version, command, study, inputs, variants, draws, seed, sampling, outputs
    }

    init(_ study: OpenStudy, outputs: [Manifest.Output]) {
        let plan = study.plan
        (version, command, design) = (plan.version, ["batch", plan.study.path], study.design)
        (self.study, inputs) = (plan.study, plan.inputs)
        (variants, draws, seed) = (plan.variants.count, plan.draws, plan.seed)
        (sampling, sensitivitySamples) = (plan.sampling, plan.sensitivity)
        self.outputs = outputs
        resultDigest = sha256(Array(outputs.map(\.sha256).joined(separator: "\n").utf8))
    }
}
