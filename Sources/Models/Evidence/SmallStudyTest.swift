/// A test of whether small studies show other effects than large ones, by the standard error as a moderator.
///
/// - SeeAlso: Egger and others (1997), BMJ 315, 629-634; Sterne and Egger (2005); Rodgers and Pustejovsky (2021),
///   Psychological Methods 26(2), 141-160, for the sandwich.
public struct SmallStudyTest: Sendable {
    /// `regression`, with the model's own inference, or `egger_sandwich`, with CR2 by study.
    public let name: String
    /// How it was made: the model's own method, or that with CR2.
    public let method: EvidenceMethod
    /// The coefficient of the standard error.
    public let slope: Estimate
    /// The effect that the line tends to at a standard error of zero; nil with other moderators.
    public let limit: Estimate?

    /// The name of the standard error among the coefficients.
    static let moderator = "standard error"

    init(_ name: String, _ rows: EffectRows, _ method: EvidenceMethod) throws(ModelError) {
        let extended = try rows.adding(Self.moderator, rows.variances.map { $0.squareRoot() })
        let coefficients = try EvidenceSolution(extended, method).coefficients
        self.name = name
        self.method = method
        slope = coefficients.estimate(at: rows.width)
        limit = rows.hasIntercept && rows.width == 1 ? coefficients.estimate(at: 0) : nil
    }

    /// The tests that a method allows, and why another could not be made.
    static func all(
        _ rows: EffectRows, _ method: EvidenceMethod, hasStudies: Bool
    ) -> (tests: [SmallStudyTest], problems: [String]) {
        var tests: [SmallStudyTest] = []
        var problems: [String] = []
        var wanted = [("regression", method)]
        if hasStudies {
            let sandwich = EvidenceMethod(
                structure: method.structure, estimator: method.estimator, test: method.test, robust: .cr2,
                coverage: method.coverage)
            wanted = method.robust == .cr2 ? [] : wanted
            wanted.append(("egger_sandwich", sandwich))
        }
        for (name, method) in wanted {
            do throws(ModelError) {
                tests.append(try SmallStudyTest(name, rows, method))
            } catch {
                problems.append("\(name): \(error.description)")
            }
        }
        return (tests, problems)
    }
}

/// A point of the funnel plot.
public struct FunnelPoint: Sendable {
    /// The data row, from 1.
    public let row: Int
    /// Its study; empty without a study column.
    public let study: String
    /// The effect's name; empty without an effect column.
    public let effect: String
    /// The estimate.
    public let estimate: Double
    /// Its standard error.
    public let standardError: Double
    /// What the moderators predict.
    public let fitted: Double
    /// Where the estimate was published; empty when the data do not say.
    public let source: String
}
