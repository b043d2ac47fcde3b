/// What the parameters of a regression of states are: their number, order and names.
///
/// Multinomial: state by state (without the reference), the coefficients of all kept columns. Ordered: the coefficients,
/// then the thresholds from low to high. Then theta: the free elements of Lambda, column by column.
struct CategoricalShape: Sendable, Equatable {
    let outcome: CategoricalModel.Outcome
    /// All columns of the design.
    let columns: [String]
    let states: [String]
    let aliased: AliasedColumns

    /// The kept columns, p.
    var width: Int { aliased.kept.count }
    /// The linear predictors of a cell, m: one less than the states.
    var predictorCount: Int { states.count - 1 }
    /// The random intercepts of a school, d.
    var effectCount: Int { outcome == .ordered ? 1 : predictorCount }
    /// The coefficients, thresholds included.
    var coefficientCount: Int { outcome == .ordered ? width + predictorCount : width * predictorCount }
    /// The states in the likelihood's order.
    var stateOrder: [Int] { outcome.stateOrder(states.count) }

    /// The names of coefficients and thresholds.
    var coefficientNames: [String] {
        let terms = aliased.kept.map { columns[$0] }
        guard outcome == .ordered else {
            return stateOrder.dropLast().flatMap { state in terms.map { "\(states[state]):\($0)" } }
        }
        return terms + zip(states, states.dropFirst()).map { "\($0)|\($1)" }
    }

    /// The names of a school's random intercepts: the states they move towards, or `(Intercept)` of an ordered model.
    var effectNames: [String] {
        outcome == .ordered ? ["(Intercept)"] : stateOrder.dropLast().map { states[$0] }
    }

    /// The rows and columns of the elements of theta.
    func covariancePlaces(_ structure: CategoricalModel.Structure) -> [(row: Int, column: Int)] {
        (0..<effectCount).flatMap { column in
            (column..<(structure == .full ? effectCount : column + 1)).map { ($0, column) }
        }
    }

    /// The names of the elements of theta: `theta:up`, or `theta:down.up` below the diagonal.
    func covarianceNames(_ structure: CategoricalModel.Structure) -> [String] {
        covariancePlaces(structure).map { place in
            let own = "theta:" + effectNames[place.row]
            return place.row == place.column ? own : own + "." + effectNames[place.column]
        }
    }
}
