import Tables

/// A model file with its fit: what the rest of the chain takes in.
public struct FittedModel: Sendable {
    /// The file.
    public let file: ModelFile
    /// The fit.
    public internal(set) var fit: ModelFit
    /// The linear mixed model itself, for kind `growth` with a gaussian response.
    public let growth: GrowthFit?
    /// What its file asks for beyond estimates and standard errors.
    public let inference: GrowthInference?
    /// The generalised linear mixed model itself, for kind `growth` with another family.
    public let generalised: GeneralisedFit?
    /// The meta-analysis itself, for kind `evidence`: what intervention effects are drawn from.
    public var evidence: EvidenceFit? = nil
    /// The decay itself, for kind `persistence`.
    public var persistence: PersistenceFit? = nil
    /// The yearly series of the cells and gaps, where the file asks for them.
    public internal(set) var series: [ModelSeries] = []
    /// How many each reported cell rests on, where the data tell.
    public var counts: [Cell: CellCount] = [:]
    /// The reported cells of which nothing is published.
    public var suppressed: [SuppressedCell] = []
    /// The monitor's tables, for kind `survey`.
    public var survey: SurveyFindings? = nil
    /// What careers say beyond their cells' levels, for kind `transitions`.
    public var transitions: TransitionsFindings? = nil
    /// The data files that were read.
    public let dataPaths: [String]
    /// The time that reading the data took, and fitting, in seconds.
    public let seconds: (reading: Double, fitting: Double)
}

extension ModelFile {
    /// Reads the data and fits the model.
    ///
    /// - Throws: ``Tables/TableError`` for the data, ``LocatedModelError`` for the model.
    public func fit() throws -> FittedModel {
        do {
            let model = try fittedCells()
            try model.checkGroups()
            return try model.withGroupRemark.withSeries()
        } catch let error as ModelError {
            throw LocatedModelError(path: path, error: error)
        }
    }

    private func fittedCells() throws -> FittedModel {
        let clock = ContinuousClock()
        let start = clock.now
        switch kind {
        case .growth(let specification):
            let table = try specification.table()
            let isRead = clock.now
            let fitted = try specification.fit(name: name, table: table, baselineCohorts: baseline?.cohorts ?? [])
            return FittedModel(
                file: self, fit: fitted.result, growth: fitted.growth, inference: fitted.inference,
                generalised: fitted.generalised, suppressed: fitted.suppressed, dataPaths: [specification.dataPath],
                seconds: ((isRead - start) / .seconds(1), (clock.now - isRead) / .seconds(1)))
        case .aggregate(let specification):
            let fit = try AggregateModel(specification: specification).fit(name: name)
            return FittedModel(
                file: self, fit: fit, growth: nil, inference: nil, generalised: nil, dataPaths: [],
                seconds: (0, (clock.now - start) / .seconds(1)))
        case .evidence(let specification):
            let table = try specification.data.table()
            let isRead = clock.now
            let fitted = try specification.fit(name: name, table: table)
            return FittedModel(
                file: self, fit: fitted.result, growth: nil, inference: nil, generalised: nil,
                evidence: fitted.evidence, dataPaths: dataPaths,
                seconds: ((isRead - start) / .seconds(1), (clock.now - isRead) / .seconds(1)))
        case .trend(let specification):
            let table = try specification.table()
            let isRead = clock.now
            let fitted = try specification.fit(name: name, table: table, baselineYears: baseline?.cohorts ?? [])
            return FittedModel(
                file: self, fit: fitted.fit, growth: nil, inference: nil, generalised: nil, counts: fitted.counts,
                suppressed: fitted.suppressed,
                dataPaths: dataPaths,
                seconds: ((isRead - start) / .seconds(1), (clock.now - isRead) / .seconds(1)))
        case .persistence(let specification):
            let followUps = try specification.followUps()
            let isRead = clock.now
            let fitted = try specification.fit(name: name, followUps: followUps)
            return FittedModel(
                file: self, fit: fitted.result, growth: nil, inference: nil, generalised: nil,
                persistence: fitted.persistence, dataPaths: dataPaths,
                seconds: ((isRead - start) / .seconds(1), (clock.now - isRead) / .seconds(1)))
        case .survey(let specification):
            let table = try specification.table()
            let isRead = clock.now
            let fitted = try specification.fit(name: name, table: table)
            return FittedModel(
                file: self, fit: fitted.result, growth: nil, inference: nil, generalised: nil, survey: fitted.survey,
                dataPaths: dataPaths,
                seconds: ((isRead - start) / .seconds(1), (clock.now - isRead) / .seconds(1)))
        case .transitions(let specification):
            let table = try specification.table()
            let isRead = clock.now
            let fitted = try specification.fit(name: name, table: table, baseline: baseline)
            try judgement.check(fitted.fit.estimates?.labels ?? [], suppressed: fitted.suppressed)
            return FittedModel(
                file: self, fit: fitted.fit, growth: nil, inference: nil, generalised: nil, counts: fitted.counts,
                suppressed: fitted.suppressed, transitions: fitted.findings, dataPaths: dataPaths,
                seconds: ((isRead - start) / .seconds(1), (clock.now - isRead) / .seconds(1)))
        }
    }

    /// How yearly series are judged, where the file asks for it.
    fileprivate var seriesSpecification: SeriesSpecification? {
        switch kind {
        case .trend(let specification): specification.series
        case .aggregate(let specification): specification.series
        case .transitions(let specification): specification.series
        default: nil
        }
    }

    /// The data files that fitting will read.
    public var dataPaths: [String] {
        switch kind {
        case .growth(let specification): [specification.dataPath]
        case .aggregate: []
        case .evidence(let specification): specification.data.path.map { [$0] } ?? []
        case .trend(let specification): [specification.dataPath]
        case .persistence(let specification): specification.dataPath.map { [$0] } ?? []
        case .survey(let specification): specification.dataPaths
        case .transitions(let specification): specification.dataPaths
        }
    }
}

extension FittedModel {
    /// The yearly flows of school careers, for the flows form of kind `transitions`: what a simulation of careers starts from.
    public var flows: FittedFlows? { transitions?.flows?.fitted }

    /// The model with a remark where its groups are not those of the equity gap: without it no gap would be missed.
    fileprivate var withGroupRemark: FittedModel {
        guard case .transitions = file.kind, !file.judgement.areGroupsDeclared,
            let labels = fit.estimates?.labels
        else { return self }
        let groups = Set((labels + suppressed.map(\.cell)).map(\.group)).subtracting([""])
        let wanted = [file.judgement.lowGroup, file.judgement.highGroup]
        guard !groups.isEmpty, !wanted.allSatisfy(groups.contains) else { return self }
        var model = self
        model.fit = fit.adding([
            Diagnostic(
                "no_gap",
                note:
                    "no equity gap: the groups are not \(wanted[0]) and \(wanted[1]). Name two of them: 'groups: {low: ..., high: ...}'",
                isWarning: true)
        ])
        return model
    }

    /// Refuses declared groups that no cell has: gaps would be missing in silence.
    fileprivate func checkGroups() throws(ModelError) {
        guard file.judgement.areGroupsDeclared, let labels = fit.estimates?.labels else { return }
        let groups = Set((labels + suppressed.map(\.cell)).map(\.group)).subtracting([""])
        guard !groups.isEmpty else { return }
        for name in [file.judgement.lowGroup, file.judgement.highGroup] where !groups.contains(name) {
            throw .unknownLevel(factor: "groups", level: name, nearest: nearest(to: name, among: groups.sorted()))
        }
    }

    /// The model with the findings of its yearly series.
    fileprivate func withSeries() throws(ModelError) -> FittedModel {
        guard let specification = file.seriesSpecification, let estimates = fit.estimates else { return self }
        let found = try ModelSeries.all(in: estimates, specification: specification, judgement: file.judgement)
        var model = self
        model.series = found.list
        model.fit = fit.adding(found.remarks)
        return model
    }
}

extension GrowthSpecification {
    /// The columns of the data file that the model needs.
    fileprivate func table() throws -> Table {
        do {
            return try readCSV(path: dataPath, options: csv)
        } catch TableError.unknownColumn(let file, let line, let name, let nearest) {
            // A column that only the subset names is a mistake there: an unquoted text, perhaps.
            if !formula.variables.contains(name), name != weights,
                let error = subset?.unknownColumn(name, nearest: nearest)
            {
                throw error
            }
            throw TableError.unknownColumn(file: file, line: line, name: name, nearest: nearest)
        }
    }
}

/// A model's error with the file it concerns.
public struct LocatedModelError: Error, Sendable, CustomStringConvertible {
    /// The model file's path.
    public let path: String
    /// What is wrong.
    public let error: ModelError

    /// An error of a file.
    public init(path: String, error: ModelError) {
        self.path = path
        self.error = error
    }

    /// `file: message`.
    public var description: String { "\(path): \(error)" }
}
