import Funding

/// The effect of money as the simulator has it: so much per EUR 1,000 per pupil, fading to a plateau.
struct TopDownEffect: Sendable {
    /// The gain per EUR 1,000 per pupil spent in a year, SD.
    let per1000: Double
    /// The gain of the low group relative to the high group.
    let lowMultiplier: Double
    /// The share that lasts.
    let plateau: Double
    /// What is left after a year of the part that fades.
    let yearlyDecay: Double

    /// The gain of a group, every year's counted in full.
    ///
    /// - Parameter euros: Euros per pupil by year.
    func gain(_ euros: [Double], isLow: Bool) -> Double {
        euros.reduce(0) { $0 + yearlyGain($1, isLow: isLow) }
    }

    /// What is left of the gain at the end of the last of the years: the simulator's two accumulators.
    func gainLeft(_ euros: [Double], isLow: Bool) -> Double {
        var (lasting, fading) = (0.0, 0.0)
        for amount in euros {
            let gain = yearlyGain(amount, isLow: isLow)
            lasting += plateau * gain
            fading = yearlyDecay * fading + (1 - plateau) * gain
        }
        return lasting + fading
    }

    private func yearlyGain(_ euros: Double, isLow: Bool) -> Double {
        per1000 * euros / 1000 * (isLow ? lowMultiplier : 1)
    }
}
