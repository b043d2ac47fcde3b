import LinearAlgebra
import Surveys
import Tables

extension SurveySpecification {
    /// The rows that the tables are made of; nil when they are in the model file.
    ///
    /// - Throws: ``Tables/TableError``, or ``ModelError/condition(_:text:)`` for a column that only the subset names.
    func table() throws -> Table? {
        let (path, csv): (String, CSVOptions)
        switch source {
        case .respondents(let file, let options, _), .counts(let file, let options, _): (path, csv) = (file, options)
        case .tables, .nothing: return nil
        }
        do {
            return try readCSV(path: path, options: csv)
        } catch TableError.unknownColumn(let file, let line, let name, let nearest) {
            if let error = subset?.unknownColumn(name, nearest: nearest) { throw error }
            throw TableError.unknownColumn(file: file, line: line, name: name, nearest: nearest)
        }
    }

    /// Tabulates the rows.
    ///
    /// - Parameter table: What ``table()`` read.
    /// - Throws: ``ModelError``; ``Tables/TableError`` for the file of the response.
    func fit(name: String, table: Table?) throws -> (result: ModelFit, survey: SurveyFindings) {
        var findings: SurveyFindings
        var diagnostics: [Diagnostic]
        switch (source, table) {
        case (.respondents(_, _, let items), let table?):
            let respondents = try SurveyRespondents(self, table: table)
            var tabulation = SurveyTabulation(self, respondents)
            try tabulation.run(items)
            findings = try published(tabulation.findings, items)
            try NestedSplits(splits: zip(splits, respondents.splits).map { ($0.name, $1) }).check(findings)
            diagnostics = respondents.diagnostics + findings.missing(items) + tabulation.skipped.remarks
        case (.counts(_, _, let columns), let table?):
            guard table.rowCount > 0 else { throw ModelError.survey(.noRespondents(file: table.source ?? "the table")) }
            let rows = try subset?.rows(of: table) ?? Array(0..<table.rowCount)
            let counts = try publishedCounts(table, rows: rows, columns)
            findings = try PublishedFindings(self, counts).findings
            diagnostics = findings.published(counts)
        case (.tables(let counts), _):
            findings = try PublishedFindings(self, counts.map(placed)).findings
            diagnostics = findings.published(counts)
        default:
            findings = SurveyFindings()
            findings.coverage = intervals.coverage
            findings.disclosure = disclosure
            diagnostics = []
        }
        diagnostics += try findings.compareRanks(associations.rankComparisons)
        let responseIntervals = ShareIntervals(method: intervals.method ?? .wilson, coverage: intervals.coverage)
        try response?.add(to: &findings, intervals: responseIntervals)
        let nothing = Coefficients(labels: [], values: [], covariance: Matrix(rows: 0, columns: 0))
        let result = ModelFit(
            model: name, coefficients: nothing, varianceComponents: [], estimates: nil, standardDeviations: [:],
            diagnostics: diagnostics + findings.remarks)
        return (result, findings)
    }

    /// What of the tables of respondents may be published: nothing else leaves the fit.
    private func published(_ findings: SurveyFindings, _ items: [SurveyItem]) throws(ModelError) -> SurveyFindings {
        guard let rule = disclosure.rule else { return findings }
        if design.replicates != nil, rule.minimumClusters > 0 {
            throw .report(
                "'minimum_clusters' counts clusters, which tables with replicate weights do not know. Use linearisation, or leave it out."
            )
        }
        var tops: [String: [String]] = [:]
        for item in items {
            if case .categories(_, _, let top) = item.measure { tops[item.name] = top }
        }
        var published = try SurveyPublication(findings, rule: rule, cells: disclosure.cells, tops: tops).published(
            findings)
        published.withholdCorrelations()
        return published
    }

    /// A count of the model file in the file's sector and wave, where it names none of its own.
    private func placed(_ count: PublishedCount) -> PublishedCount {
        var count = count
        if count.cell.sector.isEmpty { count.cell.sector = sector.word }
        if count.cell.wave.isEmpty { count.cell.wave = wave.word }
        return count
    }
}

extension SurveyRespondents {
    /// Counts of respondents, and how they were drawn.
    var diagnostics: [Diagnostic] {
        var list = [Diagnostic("respondents", Double(count))]
        if count < table.rowCount {
            list.append(Diagnostic("rows_outside_subset", Double(table.rowCount - count), note: "in the design only"))
        }
        let zero = zip(sample.weights, isInside).count { $0 == 0 && $1 }
        if zero > 0 { list.append(Diagnostic("weight_of_zero", Double(zero), note: "in the design, in no estimate")) }
        for (name, groups) in [("sector", sectors), ("wave", waves)] {
            let missing = zip(groups.codes, isInside).count { $0 < 0 && $1 }
            guard missing > 0 else { continue }
            list.append(
                Diagnostic(
                    "rows_left_out", Double(missing), note: "the \(name) is missing; they stay in the design",
                    isWarning: true))
        }
        if let stage = sample.firstStage {
            list.append(Diagnostic("clusters", Double(stage.clusterCount)))
            list.append(Diagnostic("strata", Double(stage.stratumCount)))
        }
        list.append(Diagnostic("degrees_of_freedom", sample.degreesOfFreedom, note: "of the design"))
        if !sample.calibrations.isEmpty {
            list.append(Diagnostic("calibration", note: "weights are calibrated; standard errors follow"))
        }
        return list
    }
}

extension SurveyFindings {
    /// How many respondents did not answer each item, over all sectors and waves.
    fileprivate func missing(_ items: [SurveyItem]) -> [Diagnostic] {
        items.compactMap { item in
            var parts: Set<[String]> = []
            var missing = 0
            let counts =
                shares.filter { $0.cell.item == item.name && $0.cell.split.isEmpty }.map { ($0.cell, $0.counts) }
                + means.filter { $0.cell.item == item.name && $0.cell.split.isEmpty }.map { ($0.cell, $0.counts) }
            for (cell, counts) in counts where parts.insert([cell.sector, cell.wave]).inserted {
                // Unknown is not nothing: then the number of all sectors and waves is not told either.
                guard let number = counts.missing else { return nil }
                missing += number
            }
            return missing > 0 ? Diagnostic("missing_answers", Double(missing), note: item.name) : nil
        }
    }

    /// What published counts lack.
    fileprivate func published(_ counts: [PublishedCount]) -> [Diagnostic] {
        var list = [Diagnostic("published_counts", Double(counts.count))]
        let missing = counts.count { $0.base == nil }
        if missing > 0 {
            list.append(Diagnostic("missing_bases", Double(missing), note: "no share without a base", isWarning: true))
        }
        list.append(
            Diagnostic("standard_errors", note: "of a simple random sample: published counts do not tell the design"))
        return list
    }

    /// What a reader of the tables must know.
    fileprivate var remarks: [Diagnostic] {
        var list: [Diagnostic] = []
        let wrong = inconsistencies.count { $0.kind != .missingBase }
        if wrong > 0 {
            list.append(
                Diagnostic(
                    "inconsistencies", Double(wrong), note: "printed percents or sums that the counts do not give",
                    isWarning: true))
        }
        if suppressedCount > 0 { list.append(suppressionRemark) }
        let small = suppressedCount > 0 ? 0 : shares.count { $0.isBelowMinimum } + means.count { $0.isBelowMinimum }
        if small > 0 {
            list.append(
                Diagnostic(
                    "rows_below_minimum", Double(small),
                    note: "fewer respondents or clusters than the rule of disclosure asks for"))
        }
        let errors =
            shares.filter(\.suppressed.isEmpty).map(\.estimate) + means.filter(\.suppressed.isEmpty).map(\.estimate)
        let unknown = errors.count { $0.standardError.isNaN }
        if unknown > 0 {
            list.append(
                Diagnostic(
                    "unknown_standard_errors", Double(unknown), note: "a single cluster, so no interval",
                    isWarning: true))
        }
        if representativeness.contains(where: \.isFromPercents) {
            list.append(Diagnostic("rounded_response", note: "counts by category are made from rounded percents"))
        }
        return list
    }

    /// How much is withheld, by which rule.
    private var suppressionRemark: Diagnostic {
        let rule = disclosure.rule
        let clusters = (rule?.minimumClusters ?? 0) > 0 ? " in \(rule?.minimumClusters ?? 0) clusters" : ""
        return Diagnostic(
            "suppressed_rows", Double(suppressedCount),
            note:
                "of \(shares.count + means.count) shares and means: fewer than \(rule?.minimumCount ?? 0) respondents\(clusters), or "
                + "what would give such a row away",
            isWarning: true)
    }
}

extension [String] {
    /// The tests that were not made.
    fileprivate var remarks: [Diagnostic] {
        guard let first else { return [] }
        return [
            Diagnostic(
                "tests_not_made", Double(count),
                note: "no variation, an empty cell or no degrees of freedom; the first: \(first)")
        ]
    }
}
