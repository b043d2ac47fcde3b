/// Some pupils of a sector: the pupil-weighted means of their cells, by draw.
struct EffectView {
    let subject: EffectRow.Subject
    private(set) var pupils = 0.0
    /// Euros per pupil, all years.
    private(set) var euros = 0.0
    /// The value of each bottom-up step: `[step][draw]`.
    private(set) var steps: [[Double]]
    /// The top-down gain as the money is spent, by draw.
    private(set) var gain: [Double]
    /// What is left of it at the horizon, by draw.
    private(set) var left: [Double]
    /// Treatments bought by intervention, pupil-years per pupil.
    private(set) var treated: [Double]
    /// Each intervention's effect by itself: `[intervention][draw]`.
    private(set) var contributions: [[Double]]
    private let isIn: (SpendingCells.Cell) -> Bool

    init(
        _ subject: EffectRow.Subject, members: [SpendingCells.Cell], draws: Int, interventions: Int,
        isIn: @escaping (SpendingCells.Cell) -> Bool
    ) {
        self.subject = subject
        self.isIn = isIn
        let zero = [Double](repeating: 0, count: draws)
        steps = BottomUpStep.allCases.map { _ in zero }
        gain = zero
        left = zero
        treated = Array(repeating: 0, count: interventions)
        contributions = Array(repeating: zero, count: interventions)
        pupils = members.reduce(0) { isIn($1) ? $0 + $1.pupils : $0 }
    }

    mutating func add(
        _ cell: SpendingCells.Cell, _ cellEuros: [Double], _ result: BottomUpEffect.Result, gain: Double, left: Double,
        _ draw: Int
    ) {
        guard isIn(cell) else { return }
        let weight = cell.pupils / pupils
        for step in steps.indices { steps[step][draw] += weight * result.steps[step] }
        self.gain[draw] += weight * gain
        self.left[draw] += weight * left
        for part in contributions.indices { contributions[part][draw] += weight * result.contributions[part] }
        // The money and what it buys are the same in every draw.
        guard draw == 0 else { return }
        euros += weight * cellEuros.reduce(0, +)
        for part in treated.indices { treated[part] += weight * result.treated[part] }
    }

    subscript(_ step: BottomUpStep) -> [Double] { steps[step.position] }
}
