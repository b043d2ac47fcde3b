import Surveys
import Tables

extension ResponseDeclaration {
    /// The categories of the model file or of its data file.
    func categories() throws -> [ResponseCategory] {
        guard let path else { return inline }
        let table = try readCSV(path: path, options: csv)
        func texts(_ name: String) throws -> Column? { try columns[name].map { try table.column($0) } }
        func numbers(_ name: String) throws -> [Double]? { try texts(name)?.doubles() }
        let (stratifiers, names) = (try texts("stratifier"), try texts("category"))
        let (sectors, waves) = (try texts("sector"), try texts("wave"))
        let (response, population) = (try numbers("response_n") ?? [], try numbers("population_n") ?? [])
        let (first, second) = (try numbers("response_percent"), try numbers("population_percent"))
        return try (0..<table.rowCount).map { row in
            let place = Models.place(of: row, in: table)
            for (values, name) in [(response, "response_n"), (population, "population_n")]
            where !(values[row] >= 0 && values[row] < .infinity) {
                throw ModelError.survey(.badCount(place: place, column: columns[name] ?? name, found: values[row]))
            }
            guard population[row] > 0 else { throw ModelError.survey(.noBase(place: place, found: population[row])) }
            var category = ResponseCategory(
                place: place, stratifier: stratifiers?.text(at: row) ?? "", category: names?.text(at: row) ?? "",
                sector: sectors?.text(at: row) ?? "", wave: waves?.text(at: row) ?? "", response: response[row],
                population: population[row])
            if let first, let second, !(first[row].isNaN && second[row].isNaN) {
                for percent in [first[row], second[row]] where !(percent >= 0 && percent <= 100) {
                    throw ModelError.survey(
                        .badPercent(place: place, found: percent.isNaN ? "missing" : shortestText(percent)))
                }
                category.percents = (first[row], second[row])
            }
            return category
        }
    }

    /// Adds what the response says to findings.
    ///
    /// - Throws: ``SurveyProblem`` for counts that cannot be.
    func add(to findings: inout SurveyFindings, intervals: ShareIntervals) throws {
        struct Key: Hashable { let stratifier, sector, wave: String }
        let all = try categories()
        for family in families(all, by: { Key(stratifier: $0.stratifier, sector: $0.sector, wave: $0.wave) }) {
            let composition = try Composition(family.map { all[$0] })
            let (row, parts) = try composition.rows()
            findings.representativeness.append(row)
            findings.standardisedDifferences += parts
        }
        findings.response += try accounting.map { try $0.row(intervals) }
    }
}

/// The categories of one stratifier in a sector and wave, in the response and in the population.
private struct Composition {
    let categories: [ResponseCategory]
    let response, population: [Double]

    init(_ categories: [ResponseCategory]) throws(ModelError) {
        let first = categories[0]
        guard categories.count > 1 else {
            throw .survey(.oneCategory(stratifier: first.stratifier, sector: first.sector, wave: first.wave))
        }
        for family in families(categories, by: \.category) where family.count > 1 {
            let (one, other) = (categories[family[0]], categories[family[1]])
            throw .survey(.repeatedRow(place: other.place, other: one.place, what: other.category))
        }
        self.categories = categories
        func counts(_ total: (ResponseCategory) -> Double, _ percent: (ResponseCategory) -> Double?) -> [Double] {
            // Rounded percents may add up to 99 or 101: they are shares of their sum.
            let sum = categories.reduce(0) { $0 + (percent($1) ?? 0) }
            return categories.map { category in
                percent(category).map { sum > 0 ? total(category) * $0 / sum : 0 } ?? total(category)
            }
        }
        response = counts(\.response, { $0.percents?.response })
        population = counts(\.population, { $0.percents?.population })
        for (position, category) in categories.enumerated()
        where category.percents == nil && response[position] > population[position] {
            throw .survey(
                .responseAbovePopulation(
                    place: category.place, category: category.category, response: response[position],
                    population: population[position]))
        }
    }

    /// The comparison, and the response rates' R-indicator.
    func rows() throws(ModelError) -> (RepresentativenessRow, [CompositionRow]) {
        let first = categories[0]
        do {
            let found = try Representativeness(
                first.stratifier, categories.map(\.category), response: response, population: population)
            let indicator = try RIndicator(response: response, population: population)
            let isComplete = response.reduce(0, +) >= population.reduce(0, +)
            let (plain, finite) = (found.uncorrectedTest.pearson, isComplete ? nil : found.test.pearson)
            let row = RepresentativenessRow(
                stratifier: first.stratifier, sector: first.sector, wave: first.wave,
                response: response.reduce(0, +), population: population.reduce(0, +), categories: categories.count,
                chiSquared: plain.statistic, degreesOfFreedom: Double(categories.count - 1), pValue: plain.pValue,
                finiteChiSquared: finite?.statistic, finitePValue: finite?.pValue,
                dissimilarity: found.dissimilarity, cramersV: found.cramersV, rIndicator: indicator.value,
                rIndicatorStandardError: indicator.standardError, maximalBias: indicator.maximalBias,
                isFromPercents: categories.contains { $0.percents != nil })
            return (row, zip(categories, found.categories).map(CompositionRow.init))
        } catch {
            throw .survey(.sample(error))
        }
    }
}

extension CompositionRow {
    fileprivate init(_ category: ResponseCategory, _ found: Representativeness.Category) {
        self.init(
            stratifier: category.stratifier, category: category.category, sector: category.sector,
            wave: category.wave, response: found.response, population: found.population,
            responseShare: found.responseShare, populationShare: found.populationShare,
            standardisedDifference: found.standardisedDifference, rate: found.responseRate)
    }
}

extension ResponseAccount {
    fileprivate func row(_ intervals: ShareIntervals) throws(ModelError) -> ResponseRow {
        let limit = gross ?? frame
        if let gross, gross > frame {
            throw .survey(.responseAboveFrame(place: place, what: "gross", found: gross, limit: frame, of: "frame"))
        }
        guard net <= limit else {
            throw .survey(
                .responseAboveFrame(
                    place: place, what: "net", found: net, limit: limit, of: gross == nil ? "frame" : "gross response"))
        }
        let (rate, size) = (Double(net) / Double(frame), Double(frame))
        let error = (rate * (1 - rate) / size).squareRoot()
        return ResponseRow(
            sector: sector, wave: wave, frame: frame, gross: gross, net: net,
            grossRate: gross.map { Double($0) / size },
            netRate: SurveyEstimate(
                value: rate, standardError: error, degreesOfFreedom: .infinity,
                interval: intervals.interval(
                    rate, standardError: error, respondents: size, degreesOfFreedom: .infinity), designEffect: nil),
            unusable: gross.map { $0 > 0 ? 1 - Double(net) / Double($0) : 0 })
    }
}
