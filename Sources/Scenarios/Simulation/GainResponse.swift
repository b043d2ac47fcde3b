/// How a gain works out over the years in one outcome of one draw, in all scenarios alike: the impulse response of the state
/// equation.
struct GainResponse {
    /// What is left of a gain, so many years after the money.
    let lasting: [Double]
    /// What a gain in well-being has added, so many years after the money; 0 without a well-being outcome.
    let spilled: [Double]
    /// The shares of pupils who were there at the time and still are.
    private let staying: [Double]

    init(_ kernel: SectorKernel, _ own: Int, _ parameters: [OutcomeParameters], _ response: MoneyResponse) {
        let p = parameters[own]
        let wellbeing = kernel.outcomes[own].wellbeing
        lasting = response.lasting[own]
        var spilled = [Double](repeating: 0, count: kernel.years)
        if wellbeing >= 0 {
            for age in stride(from: 1, to: kernel.years, by: 1) {
                spilled[age] = p.persistence * spilled[age - 1] + p.spillover * response.lasting[wellbeing][age - 1]
            }
        }
        self.spilled = spilled
        staying = (0..<kernel.years).map { kernel.shareStaying($0) }
    }

    /// The deviation of those who were there.
    func level(_ age: Int, _ gain: Double, _ wellbeing: Double) -> Double {
        gain * lasting[age] + wellbeing * spilled[age]
    }

    /// The mean deviation over all grades.
    func meanLevel(_ age: Int, _ gain: Double, _ wellbeing: Double) -> Double {
        staying[age] * level(age, gain, wellbeing)
    }

    /// The mean change over all grades.
    func meanChange(_ age: Int, _ gain: Double, _ wellbeing: Double) -> Double {
        staying[age] * (level(age, gain, wellbeing) - (age > 0 ? level(age - 1, gain, wellbeing) : 0))
    }
}

/// What entering pupils bring into one outcome in one scenario, beyond what they bring in all, and how it wears off.
struct EnteredPaths {
    /// `[group][grade][moment]`, SD.
    let byGrade: [[[Double]]]
    /// The mean over grades, and of the change since the year before: `[group][moment]`.
    let mean: [[Double]]
    let change: [[Double]]

    /// - Parameters:
    ///   - brought: What those bring who enter after a moment: `[group][moment]`.
    ///   - wellbeing: The same of the well-being outcome, and its paths; nil without one.
    init(
        _ kernel: SectorKernel, _ p: OutcomeParameters, brought: [[Double]],
        wellbeing: (brought: [[Double]], paths: EnteredPaths)?
    ) {
        let none = [Double](repeating: 0, count: kernel.moments)
        var byGrade = [[[Double]]](
            repeating: Array(repeating: none, count: kernel.grades), count: RecordLayout.groups)
        var mean = [[Double]](repeating: none, count: RecordLayout.groups)
        var change = mean
        for group in 0..<RecordLayout.groups {
            for moment in 1..<kernel.moments {
                for grade in 0..<kernel.grades {
                    let before = grade == 0 ? brought[group][moment - 1] : byGrade[group][grade - 1][moment - 1]
                    let well = wellbeing.map {
                        grade == 0 ? $0.brought[group][moment - 1] : $0.paths.byGrade[group][grade - 1][moment - 1]
                    }
                    let value = p.persistence * before + p.spillover * (well ?? 0)
                    byGrade[group][grade][moment] = value
                    mean[group][moment] += value / Double(kernel.grades)
                    change[group][moment] += (value - before) / Double(kernel.grades)
                }
            }
        }
        (self.byGrade, self.mean, self.change) = (byGrade, mean, change)
    }
}
