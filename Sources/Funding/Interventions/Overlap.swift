/// What several interventions do together.
public enum Overlap {
    /// The effect of interventions at once, `max + (1 - omega) (sum - max)`: with an overlap omega of 0 effects add, with 1
    /// the largest stands alone.
    ///
    /// - Parameters:
    ///   - effects: Each intervention's effect by itself, SD; none gives 0.
    ///   - overlap: omega, 0 to 1.
    public static func total(_ effects: [Double], overlap: Double) -> Double {
        precondition(overlap >= 0 && overlap <= 1, "an overlap lies between 0 and 1")
        guard let largest = effects.max() else { return 0 }
        return largest + (1 - overlap) * (effects.reduce(0, +) - largest)
    }
}
