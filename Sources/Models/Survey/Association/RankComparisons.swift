import Surveys
import Tables

extension SurveyFindings {
    /// Compares the declared orders of the shares already tabulated; withheld where a share is.
    ///
    /// - Returns: What a reader must know of them.
    /// - Throws: ``SurveyAssociationProblem``.
    mutating func compareRanks(_ declared: [RankComparisonDeclaration]) throws(ModelError) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for comparison in declared {
            do {
                let (rows, problems) = try RankComparisons(comparison: comparison, shares: shares).rows
                rankComparisons += rows
                if !problems.isEmpty {
                    diagnostics.append(
                        Diagnostic(
                            "rank_comparisons_not_made", Double(problems.count),
                            note: "\(comparison.name): in a sector and wave all shares are alike, or no options are",
                            isWarning: true))
                }
                var missing: [String] = []
                for name in rows.flatMap(\.optionsLeftOut) where !missing.contains(name) { missing.append(name) }
                guard !missing.isEmpty else { continue }
                diagnostics.append(
                    Diagnostic(
                        "options_not_compared", Double(missing.count),
                        note: "\(comparison.name): in one of the orders only; the first: \(missing[0])", isWarning: true
                    ))
            } catch {
                throw .survey(.association(error))
            }
        }
        return diagnostics
    }
}

/// The rows of a declared comparison of orders.
struct RankComparisons {
    let comparison: RankComparisonDeclaration
    let shares: [ShareRow]

    /// A row for each sector and wave that has both orders; or one, where each order is of a single sector and wave. Where shares
    /// have no order there is no row; the first reason is thrown when no row is left.
    var rows: (made: [RankComparisonRow], problems: [SurveyAssociationProblem]) {
        get throws(SurveyAssociationProblem) {
            var (rows, problems): ([RankComparisonRow], [SurveyAssociationProblem]) = ([], [])
            for (first, second) in try pairs {
                do {
                    rows.append(try row(first, second))
                } catch {
                    problems.append(error)
                }
            }
            if let problem = problems.first, rows.isEmpty { throw problem }
            return (rows, problems)
        }
    }

    // MARK: What belongs together

    private typealias Pair = (first: OrderedShares, second: OrderedShares)

    private var pairs: [Pair] {
        get throws(SurveyAssociationProblem) {
            switch comparison.orders {
            case .between(let first, let second): try between(first, second)
            case .waves(let name, let from, let to): try waves(name, from, to)
            }
        }
    }

    private func between(_ first: String, _ second: String) throws(SurveyAssociationProblem) -> [Pair] {
        let (ones, others) = (try lists(first), try lists(second))
        let common = ones.compactMap { one in
            others.first { $0.source.sector == one.source.sector && $0.source.wave == one.source.wave }.map {
                (one, $0)
            }
        }
        if !common.isEmpty { return common }
        guard ones.count == 1, others.count == 1 else {
            throw .nothingTogether(comparison: comparison.name, first: "'\(first)'", second: "'\(second)'")
        }
        return [(ones[0], others[0])]
    }

    private func waves(_ name: String, _ from: String, _ to: String) throws(SurveyAssociationProblem) -> [Pair] {
        let all = try lists(name)
        for wave in [from, to] where !all.contains(where: { $0.source.wave == wave }) {
            var known: [String] = []
            for list in all where !known.contains(list.source.wave) { known.append(list.source.wave) }
            throw .unknownWave(comparison: comparison.name, wave: wave, known: known)
        }
        let pairs = all.filter { $0.source.wave == from }.compactMap { one in
            all.first { $0.source.wave == to && $0.source.sector == one.source.sector }.map { (one, $0) }
        }
        guard !pairs.isEmpty else {
            throw .nothingTogether(comparison: comparison.name, first: "wave '\(from)'", second: "wave '\(to)'")
        }
        return pairs
    }

    private func lists(_ name: String) throws(SurveyAssociationProblem) -> [OrderedShares] {
        let lists = try OrderedShares.all(named: name, shares)
        guard lists.isEmpty else { return lists }
        let known = shares.map { $0.kind == .option ? $0.cell.item : $0.cell.table }.filter { !$0.isEmpty }
        throw .unknownOrder(comparison: comparison.name, name: name, nearest: nearest(to: name, among: known))
    }

    // MARK: Rows

    private func row(
        _ first: OrderedShares, _ second: OrderedShares
    ) throws(SurveyAssociationProblem) -> RankComparisonRow {
        let matched = first.matched(with: second)
        guard matched.count > 1 else {
            throw .noCommonOptions(
                comparison: comparison.name, first: words(first.source), second: words(second.source),
                common: matched.count)
        }
        let kept = (Set(matched.map(\.first.name)), Set(matched.map(\.second.name)))
        let leftOut =
            first.options.map(\.name).filter { !kept.0.contains($0) }
            + second.options.map(\.name).filter { !kept.1.contains($0) }
        var row = RankComparisonRow(
            name: comparison.name, first: first.source, second: second.source,
            options: matched.map {
                RankComparisonRow.Option(
                    name: $0.first.name, label: $0.first.label, firstShare: .nan, secondShare: .nan, firstRank: .nan,
                    secondRank: .nan)
            }, spearman: .nan, kendall: .nan, optionsLeftOut: leftOut)
        guard !matched.contains(where: { $0.first.isWithheld || $0.second.isWithheld }) else {
            row.suppressed = suppressedRow
            return row
        }
        try fill(&row, matched.map(\.first.share), matched.map(\.second.share))
        return row
    }

    private func fill(
        _ row: inout RankComparisonRow, _ first: [Double], _ second: [Double]
    ) throws(SurveyAssociationProblem) {
        for (shares, source) in [(first, row.first), (second, row.second)] where Set(shares).count == 1 {
            throw .noOrder(comparison: comparison.name, part: words(source))
        }
        do {
            let ranks = try Surveys.RankComparison(row.options.map(\.name), first: first, second: second)
            (row.spearman, row.kendall) = (ranks.spearman, ranks.kendall)
            for position in row.options.indices {
                row.options[position].firstShare = first[position]
                row.options[position].secondShare = second[position]
                row.options[position].firstRank = ranks.items[position].firstRank
                row.options[position].secondRank = ranks.items[position].secondRank
            }
        } catch {
            throw .notDefined(first: row.first.name, second: row.second.name, part: row.first.wave, error)
        }
    }

    private func words(_ source: RankComparisonRow.Source) -> String {
        (["'\(source.name)'"] + [source.sector, source.wave].filter { !$0.isEmpty }).joined(separator: ", ")
    }
}
