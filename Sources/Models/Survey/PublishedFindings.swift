import LinearAlgebra
import Probability
import Surveys

/// Makes the monitor's tables of published counts: shares with the error of a simple random sample, what waves and groups say,
/// and which printed percents their counts do not give.
struct PublishedFindings {
    let specification: SurveySpecification
    let counts: [PublishedCount]
    let intervals: ShareIntervals
    private(set) var findings = SurveyFindings()

    /// Tabulates published counts.
    ///
    /// - Throws: ``SurveyProblem`` for a count larger than its base, or a population smaller than it.
    init(_ specification: SurveySpecification, _ counts: [PublishedCount]) throws(ModelError) {
        (self.specification, self.counts) = (specification, counts)
        intervals = ShareIntervals(
            method: specification.intervals.method ?? .wilson, coverage: specification.intervals.coverage)
        findings.disclosure = specification.disclosure
        findings.coverage = specification.intervals.coverage
        for row in counts {
            guard let base = row.base else { continue }
            guard row.count <= base else {
                throw .survey(.countAboveBase(place: row.place, count: row.count, base: base))
            }
            if let population = row.population, population < Double(base) {
                throw .survey(.populationBelowBase(place: row.place, population: population, base: base))
            }
        }
        for family in families(counts, by: { Answer($0.cell) }) where family.count > 1 {
            let (first, second) = (counts[family[0]], counts[family[1]])
            throw .survey(.repeatedRow(place: second.place, other: first.place, what: second.cell.item))
        }
        findings.shares = counts.compactMap(share)
        addTests()
        addChanges()
        try addRanks()
        findings.inconsistencies = PublishedChecks(counts: counts).rows
        try findings.adjust(specification.testing)
    }

    /// The share of a count; nil without a base.
    private func share(_ row: PublishedCount) -> ShareRow? {
        guard let figure = PublishedFigure(row) else { return nil }
        let estimate = SurveyEstimate(
            value: figure.share, standardError: figure.variance.squareRoot(), degreesOfFreedom: .infinity,
            interval: figure.isComplete
                ? figure.share...figure.share
                : intervals.interval(
                    figure.share, standardError: figure.variance.squareRoot(), respondents: figure.effective,
                    degreesOfFreedom: .infinity), designEffect: nil)
        let counts = SurveyCounts(respondents: figure.base, clusters: nil, weighted: Double(figure.base))
        return ShareRow(
            cell: row.cell, kind: .published, counts: counts, count: row.count, weightedCount: Double(row.count),
            estimate: estimate, printedPercent: row.percent?.value,
            isBelowMinimum: specification.disclosure.isBelow(counts))
    }

    // MARK: Groups

    /// An answer in a sector and wave.
    private struct Answer: Hashable {
        let table, item, sector, wave, split, group: String

        init(_ cell: SurveyCell, split: String? = nil, group: String? = nil, wave: String? = nil) {
            (table, item, sector) = (cell.table, cell.item, cell.sector)
            self.wave = wave ?? cell.wave
            self.split = split ?? cell.split
            self.group = group ?? cell.group
        }
    }

    /// The tests between the groups of each split, an answer at a time.
    private mutating func addTests() {
        let grouped = counts.filter { !$0.cell.split.isEmpty }
        for family in families(grouped, by: { Answer($0.cell, group: "") }) {
            let declared = specification.splits.first { $0.name == grouped[family[0]].cell.split }
            let rows = Self.ordered(family.map { grouped[$0] }, \.cell.group, by: declared?.order)
            let figures = rows.compactMap { row in PublishedFigure(row).map { (row, $0) } }
            guard figures.count > 1 else { continue }
            addTests(figures, isOrdered: declared?.isOrdered ?? false, order: declared?.order ?? [])
        }
    }

    private mutating func addTests(
        _ figures: [(row: PublishedCount, figure: PublishedFigure)], isOrdered: Bool, order: [String]
    ) {
        let all = figures.map(\.figure)
        var cell = figures[0].row.cell
        cell.category = ""
        cell.group = ""
        append(PublishedFigure.equality(all), .association, cell, all)
        if isOrdered {
            let scores = figures.map { figure in
                Double(order.firstIndex(of: figure.row.cell.group) ?? 0) + 1
            }
            append(PublishedFigure.trend(all, scores: scores), .trend, cell, all)
        }
        for (group, outcome) in PublishedFigure.differences(all).enumerated() {
            cell.group = figures[group].row.cell.group
            append(outcome, .difference, cell, all)
        }
    }

    private mutating func append(
        _ outcome: TestOutcome?, _ kind: TestRow.Kind, _ cell: SurveyCell, _ figures: [PublishedFigure]
    ) {
        guard let outcome else { return }
        findings.tests.append(
            TestRow(
                outcome, kind, cell, respondents: figures.reduce(0) { $0 + $1.base }, intervals: intervals,
                isBelowMinimum: figures.contains { specification.disclosure.isBelow($0.base) }))
    }

    // MARK: Waves

    private mutating func addChanges() {
        for family in families(counts, by: { Answer($0.cell, wave: "") }) {
            let rows = Self.ordered(family.map { counts[$0] }, \.cell.wave, by: specification.wave.order)
            let waves = rows.compactMap { row in
                PublishedFigure(row).map { (row.cell, $0.waveFigure(row.cell.wave, specification.disclosure)) }
            }
            guard Set(waves.map { $0.1.wave }).count == waves.count else { continue }
            for (earlier, later) in zip(waves, waves.dropFirst()) {
                // Counts have no clusters that could tie waves together: by the design they are two samples.
                let overlap = specification.overlap == .design ? SurveyOverlap.independent : specification.overlap
                let change = ChangeRow(
                    from: earlier.1, to: later.1, cell: later.0, overlap: overlap, designCovariance: 0,
                    jointDegreesOfFreedom: .infinity, intervals: intervals)
                if let change { findings.changes.append(change) }
            }
        }
    }

    /// Rows in a declared order; rows not named in it, or all without one, as they come.
    private static func ordered(
        _ rows: [PublishedCount], _ part: (PublishedCount) -> String, by order: [String]?
    ) -> [PublishedCount] {
        guard let order else { return rows }
        let places = rows.enumerated().map { (order.firstIndex(of: part($1)) ?? order.count, $0) }
        return places.sorted { $0 < $1 }.map { rows[$0.1] }
    }

    // MARK: Ranks

    /// Ranks of the answers of tables in which respondents could give several, with the largest variance of a difference that
    /// the counts allow: how many gave both answers is not published.
    private mutating func addRanks() throws(ModelError) {
        let multiple = counts.filter { $0.isMultiple == true && $0.base != nil && !$0.cell.table.isEmpty }
        struct Key: Hashable {
            let table, sector, wave, split, group: String
            let base: Int?
        }
        let tables = families(multiple) {
            Key(
                table: $0.cell.table, sector: $0.cell.sector, wave: $0.cell.wave, split: $0.cell.split,
                group: $0.cell.group, base: $0.base)
        }
        for table in tables where table.count > 1 {
            let rows = table.map { multiple[$0] }
            let figures = rows.compactMap(PublishedFigure.init)
            guard figures.count == rows.count else { continue }
            let ranks = try Ranks(
                figures.map(\.share), degreesOfFreedom: .infinity, coverage: intervals.coverage
            ) { first, second in
                let (p, q) = (figures[first].share, figures[second].share)
                return (min(p + q, 2 - p - q) - (p - q) * (p - q)) / figures[first].effective
            }
            for (position, row) in rows.enumerated() { findings.ranks.append(ranks.row(position, row.cell)) }
        }
    }
}

/// The share of a published count with the variance of a simple random sample, corrected for a finite population where known.
struct PublishedFigure {
    let base: Int
    let share: Double
    /// The size of the sample with replacement that would be as precise: `n (N - 1) / (N - n)`.
    let effective: Double
    /// Whether the base is the whole population.
    let isComplete: Bool

    init?(_ row: PublishedCount) {
        guard let base = row.base else { return nil }
        self.base = base
        let n = Double(base)
        share = Double(row.count) / n
        isComplete = row.population == n
        effective = row.population.map { $0 > n ? n * ($0 - 1) / ($0 - n) : .infinity } ?? n
    }

    /// The variance; 0 for a complete population.
    var variance: Double { isComplete ? 0 : share * (1 - share) / effective }

    func waveFigure(_ wave: String, _ disclosure: DisclosureDeclaration) -> WaveFigure {
        WaveFigure(
            wave: wave, respondents: base, value: share, variance: variance, degreesOfFreedom: .infinity,
            isBelowMinimum: disclosure.isBelow(base))
    }

    /// The share of some groups together.
    private static func pooled(_ figures: [PublishedFigure]) -> Double {
        figures.reduce(0) { $0 + $1.effective * $1.share } / figures.reduce(0) { $0 + $1.effective }
    }

    /// Pearson's chi-squared of an answer by groups.
    static func equality(_ figures: [PublishedFigure]) -> TestOutcome? {
        let p = pooled(figures)
        guard p > 0, p < 1, figures.allSatisfy({ !$0.isComplete }) else { return nil }
        let sum = figures.reduce(0) { $0 + $1.effective * ($1.share - p) * ($1.share - p) }
        let (statistic, degrees) = (sum / (p * (1 - p)), Double(figures.count - 1))
        return TestOutcome(
            method: "pearson_chi_squared", statistic: statistic, degreesOfFreedom: degrees, denominator: .infinity,
            pValue: ChiSquared(degreesOfFreedom: degrees).upperTail(statistic), estimate: nil)
    }

    /// Cochran and Armitage's trend: the slope of shares over scores, with the variance that they have when all are alike.
    ///
    /// - SeeAlso: Armitage (1955), Biometrics 11, 375-386. R's `prop.trend.test` gives the square of the statistic.
    static func trend(_ figures: [PublishedFigure], scores: [Double]) -> TestOutcome? {
        let (p, size) = (pooled(figures), figures.reduce(0) { $0 + $1.effective })
        guard figures.count > 2, p > 0, p < 1, size.isFinite else { return nil }
        let mean = zip(figures, scores).reduce(0) { $0 + $1.0.effective * $1.1 } / size
        var (slope, spread) = (0.0, 0.0)
        for (figure, score) in zip(figures, scores) {
            slope += figure.effective * (score - mean) * figure.share
            spread += figure.effective * (score - mean) * (score - mean)
        }
        return .t("slope_t", slope / spread, variance: p * (1 - p) / spread, degreesOfFreedom: .infinity)
    }

    /// The difference of each group from all others together; of two groups the first's only.
    static func differences(_ figures: [PublishedFigure]) -> [TestOutcome?] {
        (figures.count == 2 ? [0] : Array(figures.indices)).map { group in
            let rest = figures.indices.filter { $0 != group }.map { figures[$0] }
            let (own, others) = (figures[group], pooled(rest))
            let size = rest.reduce(0) { $0 + $1.effective }
            guard size.isFinite, !own.isComplete else { return nil }
            return .t(
                "difference_t", own.share - others, variance: own.variance + others * (1 - others) / size,
                degreesOfFreedom: .infinity)
        }
    }
}
