/// How a gain works out over the years in one outcome of one draw, in all scenarios alike: the impulse response of the state
/// equation, per gain in the outcome and per gain in its well-being.
///
/// A table of its own, because it is read in the innermost loops.
final class GainResponse {
    private let table: UnsafeMutablePointer<Double>
    private let years: Int

    init(_ kernel: SectorKernel, _ own: Int, _ parameters: [OutcomeParameters], _ response: MoneyResponse) {
        let p = parameters[own]
        let wellbeing = kernel.outcomes[own].wellbeing
        let lasting = response.lasting[own]
        years = kernel.years
        table = .allocate(capacity: 6 * years)
        var spilled = 0.0
        var before = (0.0, 0.0)
        for age in 0..<years {
            if wellbeing >= 0, age > 0 {
                spilled = p.persistence * spilled + p.spillover * response.lasting[wellbeing][age - 1]
            }
            let staying = kernel.shareStaying(age)
            let values = [
                lasting[age], spilled, staying * lasting[age], staying * spilled, staying * (lasting[age] - before.0),
                staying * (spilled - before.1),
            ]
            (table + 6 * age).initialize(from: values, count: 6)
            before = (lasting[age], spilled)
        }
    }

    deinit { table.deallocate() }

    /// The deviation of those who were there, so many years after the money.
    @inline(__always)
    func level(_ age: Int, _ gain: Double, _ wellbeing: Double) -> Double {
        gain * table[6 * age] + wellbeing * table[6 * age + 1]
    }

    /// The mean deviation over all grades.
    @inline(__always)
    func meanLevel(_ age: Int, _ gain: Double, _ wellbeing: Double) -> Double {
        gain * table[6 * age + 2] + wellbeing * table[6 * age + 3]
    }

    /// The mean change over all grades.
    @inline(__always)
    func meanChange(_ age: Int, _ gain: Double, _ wellbeing: Double) -> Double {
        gain * table[6 * age + 4] + wellbeing * table[6 * age + 5]
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
