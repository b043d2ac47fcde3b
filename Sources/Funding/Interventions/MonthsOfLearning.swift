import Probability
import Specifications

/// A table that turns months of learning into standard deviations, with what it does not say about uncertainty.
///
/// The menu publishes whole months, and a month stands for a band of effects (Education Endowment Foundation). The effect
/// is the band's middle; its standard error is `sqrt(w^2 / 12 + (e m)^2)` with w the width of the band, e the declared
/// standard error in months, and m the SD of a month: the middle of the highest month's band over that month.
public struct MonthsOfLearning: Sendable {
    /// The bands: for each number of months the lowest and the highest effect, SD.
    public let bands: [Int: ClosedRange<Double>]
    /// The standard error of a published number of months, months.
    public let standardErrorInMonths: Double
    /// The standard deviation between studies of effects given in months, SD.
    public let betweenStudySD: Double
    /// Where the bands come from.
    public let source: String
    /// Where the two uncertainties come from.
    public let uncertaintySource: String

    init?(_ value: SpecificationValue) {
        let keys = ["bands", "source", "std_error_months", "between_study_sd", "uncertainty_source"]
        guard let mapping = value.mapping("months_to_sd", keys: keys) else { return nil }
        let bands = mapping.required("bands").flatMap { Self.bands($0) }
        let error = mapping.number("std_error_months", in: .nonNegative)
        let between = mapping.number("between_study_sd", in: .nonNegative)
        guard let bands, let error, let between, let source = mapping.text("source"),
            let uncertaintySource = mapping.text("uncertainty_source")
        else { return nil }
        self.bands = bands
        standardErrorInMonths = error
        betweenStudySD = between
        self.source = source
        self.uncertaintySource = uncertaintySource
    }

    private static func bands(_ value: SpecificationValue) -> [Int: ClosedRange<Double>]? {
        guard let mapping = value.openMapping("bands") else { return nil }
        var bands: [Int: ClosedRange<Double>] = [:]
        for entry in mapping.entries {
            guard let months = entry.keyValue.integer(in: -24...24) else { return nil }
            guard let ends = entry.value.list()?.map({ $0.number() }), ends.count == 2, let low = ends[0],
                let high = ends[1], low <= high
            else {
                entry.value.fail("expected the lowest and the highest effect of \(months) months: [low, high].")
                return nil
            }
            bands[months] = low...high
        }
        return bands
    }

    /// The effect of a number of months; nil outside the table.
    func effect(months: Int, widening: Double) -> PredictiveEffect? {
        guard let band = bands[months], let highest = bands.keys.max(), highest > 0, let top = bands[highest] else {
            return nil
        }
        let width = band.upperBound - band.lowerBound
        let month = (top.lowerBound + top.upperBound) / 2 / Double(highest)
        let error = standardErrorInMonths * month
        return PredictiveEffect(
            mean: (band.lowerBound + band.upperBound) / 2,
            standardError: (width * width / 12 + error * error).squareRoot(), betweenStudySD: betweenStudySD,
            widening: widening)
    }

    /// The months it knows, for messages: `0 to 12`.
    var words: String {
        let months = bands.keys.sorted()
        return "\(months.first ?? 0) to \(months.last ?? 0)"
    }
}
