import Models

/// A table of shares in text: answers down, all and the groups of a split across.
struct SurveyBlockReport {
    let block: SurveyBlock
    let findings: SurveyFindings

    private struct Place: Hashable { let answer: SurveyAnswer, split, group: String }

    private let rows: [Place: ShareRow]
    private let answers: [SurveyAnswer]

    init(block: SurveyBlock, findings: SurveyFindings) {
        (self.block, self.findings) = (block, findings)
        answers = block.answers
        rows = Dictionary(
            block.shares.map {
                (Place(answer: SurveyAnswer($0.cell, $0.kind), split: $0.cell.split, group: $0.cell.group), $0)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// A table for each split; one of all respondents when there are none.
    var parts: [String] {
        let splits = block.splits
        guard !splits.isEmpty else { return [heading("") + plain] }
        let isPlain = block.isPublished && block.shares.contains { $0.cell.split.isEmpty }
        return (isPlain ? [heading("") + plain] : []) + splits.map { heading($0) + grouped($0) + tests($0) }
    }

    private func heading(_ split: String) -> String {
        let coverage = fixed(100 * findings.coverage, findings.coverage == 0.95 ? 0 : 1)
        let what = isNarrow(split) ? "\(coverage)% interval" : "intervals are in survey_shares.csv"
        let by = split.isEmpty ? "" : ", by \(split)"
        return "\(block.title)\(by): percent (\(what))\n"
    }

    /// Whether there is room for intervals.
    private func isNarrow(_ split: String) -> Bool { block.groups(split).count <= 6 }

    // MARK: Without groups

    private var plain: String {
        let hasRanks = !block.ranks.isEmpty
        var table = TextTable(
            ["answer", "count", "of", "percent"] + (hasRanks ? ["rank", "agreeing ranks"] : []),
            numeric: [false, true, true, true] + (hasRanks ? [true, true] : []))
        for answer in answers {
            guard let row = rows[Place(answer: answer, split: "", group: "")] else { continue }
            let isWithheld = !row.suppressed.isEmpty
            table.append(
                [
                    answer.words, isWithheld ? "x" : "\(row.count)", isWithheld ? "x" : "\(row.counts.respondents)",
                    isWithheld ? "x" : SurveyWords.share(row.estimate),
                ] + (hasRanks ? rank(answer) : []))
        }
        return table.text
    }

    private func rank(_ answer: SurveyAnswer) -> [String] {
        guard let rank = block.ranks.first(where: { answer.matches($0.cell) && $0.cell.split.isEmpty }) else {
            return ["", ""]
        }
        guard rank.suppressed.isEmpty else { return ["x", "x"] }
        let isWhole = rank.rank == rank.rank.rounded()
        let (low, high) = (rank.plausibleRanks.lowerBound, rank.plausibleRanks.upperBound)
        return [fixed(rank.rank, isWhole ? 0 : 1), low == high ? "\(low)" : "\(low)-\(high)"]
    }

    // MARK: By group

    private func grouped(_ split: String) -> String {
        let columns = [""] + block.groups(split)
        let (association, trend) = (rowTests(split, .association), rowTests(split, .trend))
        let extra = (association.isEmpty ? [] : ["p"]) + (trend.isEmpty ? [] : ["trend p"])
        var table = TextTable(
            ["answer", "all"] + columns.dropFirst() + extra,
            numeric: [false] + columns.map { _ in true } + extra.map { _ in true })
        for answer in answers {
            let cells = columns.map { share(answer, $0.isEmpty ? "" : split, $0) }
            let pValues = [association, trend].filter { !$0.isEmpty }.map { tests -> String in
                guard let test = tests[answer] else { return "" }
                return test.suppressed.isEmpty ? SurveyWords.pValue(test.adjustedPValue) : "x"
            }
            table.append([answer.words] + cells + pValues)
        }
        table.append(["n"] + columns.map { size($0.isEmpty ? "" : split, $0) } + extra.map { _ in "" })
        return table.text
    }

    private func share(_ answer: SurveyAnswer, _ split: String, _ group: String) -> String {
        guard let row = rows[Place(answer: answer, split: split, group: group)] else { return "-" }
        guard row.suppressed.isEmpty else { return "x" }
        let isMarked = block.tests.contains {
            $0.kind == .difference && $0.isSignificant && $0.cell.split == split && $0.cell.group == group
                && (answer.kind == .published ? $0.cell.item == answer.item : answer.matches($0.cell))
        }
        let words = isNarrow(split) ? SurveyWords.share(row.estimate) : fixed(100 * row.estimate.value, 1)
        return words + (isMarked && !split.isEmpty ? " *" : "")
    }

    /// The respondents of a column: of the answers that are not withheld, which share their base or, when published, may not.
    private func size(_ split: String, _ group: String) -> String {
        let sizes = Set(
            answers.compactMap { rows[Place(answer: $0, split: split, group: group)] }.filter(\.suppressed.isEmpty)
                .map(\.counts.respondents))
        guard let low = sizes.min(), let high = sizes.max() else { return "x" }
        return low == high ? "\(low)" : "\(low)-\(high)"
    }

    /// The tests about one answer: of options and published answers, and all trends.
    private func rowTests(_ split: String, _ kind: TestRow.Kind) -> [SurveyAnswer: TestRow] {
        var found: [SurveyAnswer: TestRow] = [:]
        for test in block.tests where test.kind == kind && test.cell.split == split {
            let answer = answers.first {
                $0.kind == .published ? $0.item == test.cell.item : $0.matches(test.cell)
            }
            if let answer { found[answer] = test }
        }
        return found
    }

    /// The test of the item as a whole.
    private func tests(_ split: String) -> String {
        let whole = block.tests.first {
            $0.kind == .association && $0.cell.split == split && $0.cell.category.isEmpty && !block.isPublished
        }
        let hasColumns = block.tests.contains {
            $0.cell.split == split && ($0.kind == .trend || $0.kind == .association && $0.cell != whole?.cell)
        }
        var lines: [String] = []
        if let whole {
            lines.append(
                whole.suppressed.isEmpty
                    ? "  All answers alike in the groups: \(SurveyWords.test(whole))."
                    : "  The test that answers are alike in the groups is withheld: it rests on a withheld row.")
        }
        if hasColumns { lines.append("  p: adjusted for the number of tests of the item.") }
        return lines.isEmpty ? "" : "\n" + lines.joined(separator: "\n")
    }
}

/// Means of numbers and scales in text.
struct SurveyMeansReport {
    let findings: SurveyFindings

    var text: String {
        guard !findings.means.isEmpty else { return "" }
        var table = TextTable(
            ["item", "part", "by", "group", "n", "mean", "std. dev.", "alike: p"],
            numeric: [false, false, false, false, true, true, true, true])
        var tested: Set<[String]> = []
        for row in findings.means {
            let cell = row.cell
            let part = SurveyWords.part(sector: cell.sector, wave: cell.wave)
            let isFirst = !cell.split.isEmpty && tested.insert([cell.item, part, cell.split]).inserted
            table.append(
                [SurveyWords.item(cell), part, cell.split, cell.split.isEmpty ? "all" : cell.group]
                    + figures(row) + [isFirst ? association(cell) : ""])
        }
        return "Means\n" + table.text
    }

    private func figures(_ row: MeanRow) -> [String] {
        guard row.suppressed.isEmpty else { return ["x", "x", "x"] }
        let isMarked = findings.tests.contains {
            $0.kind == .difference && $0.isSignificant && $0.cell == row.cell
        }
        return [
            "\(row.counts.respondents)", SurveyWords.range(row.estimate, 1, 3) + (isMarked ? " *" : ""),
            fixed(row.standardDeviation, 3),
        ]
    }

    private func association(_ cell: SurveyCell) -> String {
        let test = findings.tests.first {
            $0.kind == .association && $0.cell.item == cell.item && $0.cell.split == cell.split
                && $0.cell.sector == cell.sector && $0.cell.wave == cell.wave
        }
        return test.map { $0.suppressed.isEmpty ? SurveyWords.pValue($0.adjustedPValue) : "x" } ?? ""
    }
}
