import Probability

/// How money that is not the price of a full treatment for every pupil turns into treatment.
///
/// The dose z is the money per enrolled pupil over the unit cost: z = 1 buys a year of the intervention for everyone. A
/// pupil who gets a dose z gains `E f(z)` with `f(z) = (1 - exp(-z)) / (1 - exp(-1))` (DESIGN.md section 5): f(0) = 0,
/// f(1) = 1, f(infinity) = 1.58. Treating a share s of the pupils with a dose z / s gives `s f(z / s)` on average, which
/// grows with s because f is concave. The two readings below are its ends, equal at z = 0 and from z = 1 on.
public enum DoseResponse: String, Sendable, CaseIterable {
    /// The money buys full treatments for as many pupils as it reaches, and more than one only when all have one:
    /// z up to 1, f(z) above. What an effect per treated pupil of a trial says.
    case treatedShare = "treated_share"
    /// The money is spread over all pupils, f(z): up to 1.58 times as much per euro at small doses.
    case allPupils = "all_pupils"

    /// The mean effect over all pupils of a dose, as a multiple of the effect E of a full treatment.
    ///
    /// - Parameter dose: z, 0 or more.
    public func response(_ dose: Double) -> Double {
        precondition(dose >= 0, "a dose is 0 or more")
        if self == .treatedShare, dose <= 1 { return dose }
        // By the same function of the same number, so that a dose of 1 is exactly one effect.
        return Elementary.expm1(-dose) / Elementary.expm1(-1)
    }
}
