/// How the errors of a segmented line are modelled, and hence its standard errors.
public enum SeriesErrors: Sendable, Equatable {
    /// Independent, with one variance.
    case classical
    /// Independent, with variances of their own.
    case heteroskedastic(HeteroskedasticErrors)
    /// Correlated up to a lag, with variances of their own.
    case neweyWest(NeweyWest)
    /// First-order autoregressive, by generalised least squares.
    case autoregressive(AutoregressiveErrors.Kind, Criterion)
    /// Known sampling errors beside a variance of the years of their own.
    case sampling(Criterion, SamplingErrorRegression.Inference)

    /// Its word in files: `newey_west`.
    public var name: String {
        switch self {
        case .classical: "classical"
        case .heteroskedastic(let kind): kind.rawValue
        case .neweyWest: "newey_west"
        case .autoregressive(let kind, _): kind.rawValue
        case .sampling: "sampling"
        }
    }

    var heteroskedasticity: HeteroskedasticErrors? {
        if case .heteroskedastic(let kind) = self { kind } else { nil }
    }
}
