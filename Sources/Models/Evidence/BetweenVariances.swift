/// The variances of true effects: between studies, and between the effects of one study.
struct BetweenVariances: Sendable, Equatable {
    /// s: what the effects of a study share.
    var betweenStudies = 0.0
    /// w: what is an effect's own. In a model of one effect per study, tau^2.
    var withinStudies = 0.0

    /// The variance of the true effect of a new study.
    var total: Double { betweenStudies + withinStudies }

    /// By position: 0 between studies, 1 within.
    subscript(position: Int) -> Double {
        get { position == 0 ? betweenStudies : withinStudies }
        set {
            if position == 0 { betweenStudies = newValue } else { withinStudies = newValue }
        }
    }
}
