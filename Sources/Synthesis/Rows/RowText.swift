import Tables

/// The parts of a row as text: identifiers, factor levels, time and weight.
struct RowText: Sendable {
    /// When and with what prior weight a score was measured, as it will be read back.
    struct Occasion {
        let time: Double
        let weight: Double
    }

    /// The test moments.
    let moments: [Double]
    /// The header line.
    let header: [UInt8]
    private let hasClasses: Bool
    private let jitter: Double
    private let weights: ClosedRange<Double>?
    /// The cells of the factors for each combination of levels, with their commas.
    private let factorCells: [[UInt8]]
    /// The cell of each moment with its comma, when tests are taken at the moment itself.
    private let momentCells: [[UInt8]]
    /// Dates and weights have three decimals: a third of a day.
    private static let decimals = Decimals(3)

    init(_ truth: Truth, cells: FactorCells) {
        moments = truth.moments
        jitter = truth.jitter
        weights = truth.weights?.range
        hasClasses = truth.structure.classesPerSchool != nil
        let names =
            ["pupil", "school"] + (hasClasses ? ["class"] : []) + truth.factors.map(\.name)
            + ["time", truth.outcome.name] + (truth.weights.map { [$0.name] } ?? [])
        header = CSVWriter(header: names).bytes
        let levels = truth.factors.map { $0.levels.map { RowBytes.cell($0) + [comma] } }
        factorCells = (0..<cells.count).map { cell in
            zip(levels, cells.levels(of: cell)).flatMap { $0[$1] }
        }
        momentCells = truth.moments.map { Array(shortestText($0).utf8) + [comma] }
    }

    /// The cells before time: `p17,s3,s3-2,2019/20,practical,`. Numbers count from 1.
    func beginning(pupil: Int, school: Int, class position: Int, cell: Int) -> [UInt8] {
        var row = RowBytes()
        row.append(UInt8(ascii: "p"))
        row.append(pupil + 1)
        row.append(comma)
        row.append(UInt8(ascii: "s"))
        row.append(school + 1)
        row.append(comma)
        if hasClasses {
            row.append(UInt8(ascii: "s"))
            row.append(school + 1)
            row.append(UInt8(ascii: "-"))
            row.append(position + 1)
            row.append(comma)
        }
        row.append(factorCells[cell])
        return row.bytes
    }

    /// The date and weight of a pupil's score at a moment.
    @inline(__always)
    func occasion(_ moment: Int, ofPupil pupil: Int, seed: UInt64) -> Occasion {
        guard jitter > 0 || weights != nil else { return Occasion(time: moments[moment], weight: 1) }
        let (date, weight) = SyntheticNumbers.occasions.stream(seed: seed, of: pupil).uniforms(at: UInt16(moment))
        let time = moments[moment] + jitter * (2 * date - 1)
        let declared = weights.map { $0.lowerBound + weight * ($0.upperBound - $0.lowerBound) }
        return Occasion(
            time: jitter > 0 ? Self.decimals.rounded(time) : time,
            weight: declared.map { Self.decimals.rounded($0) } ?? 1)
    }

    /// Adds the time and its comma.
    @inline(__always)
    func write(time: Double, moment: Int, to row: inout RowBytes) {
        guard jitter > 0 else { return row.append(momentCells[moment]) }
        row.append(time, decimals: Self.decimals)
        row.append(comma)
    }

    /// Adds what follows the outcome.
    @inline(__always)
    func end(weight: Double, to row: inout RowBytes) {
        if weights != nil {
            row.append(comma)
            row.append(weight, decimals: Self.decimals)
        }
        row.append(UInt8(ascii: "\n"))
    }
}

private let comma = UInt8(ascii: ",")
