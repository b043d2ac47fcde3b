/// A scenario of a few schools, quick to simulate in a debug build, with noise and uncertain parameters.
public struct SmallScenario {
    /// The folder with `scenario.yaml` and `schools.csv`.
    public let folder: TemporaryFolder
    /// The scenario file.
    public let path: String

    /// Writes the files.
    public init(schools: Int = 5, draws: Int = 100, seed: Int = 1) throws {
        folder = try TemporaryFolder()
        let rows = (0..<schools).map { "s\($0),po,\(40 + 7 * $0 % 90),\(5 + 3 * $0 % 30),\($0 % 11)" }
        try folder.write("id,sector,pupils,low,score\n" + rows.joined(separator: "\n") + "\n", to: "schools.csv")
        path = try folder.write(Self.text(draws: draws, seed: seed), to: "scenario.yaml")
    }

    /// The text of the scenario file.
    public static func text(draws: Int, seed: Int) -> String {
        """
        seed: \(seed)
        draws: \(draws)
        reference: none
        margin_sd: 0.05
        groups: {low: practical, high: theoretical}
        calendar: {first: 2020/21, last: 2022/23}
        sectors: [po]
        models: []
        schools: {file: schools.csv, id: id, pupils: pupils, score: score, low_pupils: low, sector_column: sector}
        outcomes:
          - outcome: reading
            sector: po
            stream: 1
            start:
              low: &start {distribution: normal, mean: -0.1, sd: 0.02, source: test}
              high: *start
            closure_weeks: {2020/21: 5, source: test}
            parameters:
              persistence: {distribution: beta, mean: 0.7, sd: 0.1, source: test}
              loss_per_week: {distribution: triangular, low: 0.003, mode: 0.0096, high: 0.012, source: test}
              low_extra: {distribution: normal, mean: 0.4, sd: 0.07, source: test}
              school_sd: {distribution: fixed, value: 0.3, source: test}
              drift: {distribution: fixed, value: 0, source: test}
              effect_per_1000_eur: {distribution: lognormal, mean: 0.0068, sd: 0.005, source: test}
              effect_plateau: {distribution: beta, mean: 0.4, sd: 0.12, source: test}
              effect_half_life: {distribution: uniform, low: 0.083, high: 0.667, source: test}
              low_multiplier: {distribution: normal, mean: 1, sd: 0.2, source: test}
              noise_sd: {distribution: fixed, value: 0.05, source: test}
        scenarios:
          none: {rules: []}
          money:
            deadline: 2022/23
            rules:
              - {name: base, kind: per_pupil, rate: 1000, years: [2021/22], sectors: [po], source: test}

        """
    }
}
