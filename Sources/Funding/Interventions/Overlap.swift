/// What several interventions do together.
public enum Overlap {
    /// The effect of interventions at once, `max + (1 - omega) (sum - max)` of the gains, plus the losses.
    ///
    /// With an overlap omega of 0 effects add, with 1 the largest gain stands alone. A draw of uncertain evidence may be a
    /// loss; it counts in full, so that what one intervention does by itself is that, whatever the overlap.
    ///
    /// - Parameters:
    ///   - effects: Each intervention's effect by itself, SD; none gives 0.
    ///   - overlap: omega, 0 to 1.
    public static func total(_ effects: [Double], overlap: Double) -> Double {
        precondition(overlap >= 0 && overlap <= 1, "an overlap lies between 0 and 1")
        var (largest, gains, losses) = (0.0, 0.0, 0.0)
        for effect in effects {
            largest = max(largest, effect)
            gains += max(effect, 0)
            losses += min(effect, 0)
        }
        return largest + (1 - overlap) * (gains - largest) + losses
    }
}
