import Probability
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
            findings.representativeness.append(composition.row)
            findings.standardisedDifferences += composition.rows
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

    var row: RepresentativenessRow {
        let (n, size) = (response.reduce(0, +), population.reduce(0, +))
        var (chiSquared, dissimilarity) = (0.0, 0.0)
        for (r, p) in zip(response, population) where p > 0 {
            let expected = n * p / size
            chiSquared += expected > 0 ? (r - expected) * (r - expected) / expected : 0
            dissimilarity += n > 0 ? abs(r / n - p / size) / 2 : 0
        }
        let degrees = Double(population.count { $0 > 0 } - 1)
        let finite = n < size ? chiSquared / (1 - n / size) : nil
        func tail(_ statistic: Double) -> Double {
            degrees > 0 ? ChiSquared(degreesOfFreedom: degrees).upperTail(statistic) : 1
        }
        let indicator = rIndicator
        return RepresentativenessRow(
            stratifier: categories[0].stratifier, sector: categories[0].sector, wave: categories[0].wave, response: n,
            population: size, categories: categories.count, chiSquared: chiSquared, degreesOfFreedom: degrees,
            pValue: tail(chiSquared), finiteChiSquared: finite, finitePValue: finite.map(tail),
            dissimilarity: dissimilarity, rIndicator: indicator.value,
            rIndicatorStandardError: indicator.standardError,
            isFromPercents: categories.contains { $0.percents != nil })
    }

    var rows: [CompositionRow] {
        let (n, size) = (response.reduce(0, +), population.reduce(0, +))
        return categories.indices.map { position in
            let category = categories[position]
            let (r, p) = (n > 0 ? response[position] / n : 0, population[position] / size)
            return CompositionRow(
                stratifier: category.stratifier, category: category.category, sector: category.sector,
                wave: category.wave, response: response[position], population: population[position], responseShare: r,
                populationShare: p,
                standardisedDifference: p > 0 && p < 1 ? (r - p) / (p * (1 - p)).squareRoot() : 0,
                rate: population[position] > 0 ? response[position] / population[position] : 0)
        }
    }

    /// `1 - 2 S`, S the standard deviation over the population of response rates by category, less what their own binomial errors
    /// add to it; its standard error by the delta method.
    ///
    /// - SeeAlso: Schouten, Cobben and Bethlehem (2009), Survey Methodology 35(1), 101-113; Shlomo, Skinner and Schouten (2012),
    ///   Journal of Statistical Planning and Inference 142, 201-211.
    private var rIndicator: (value: Double, standardError: Double) {
        let size = population.reduce(0, +)
        let mean = response.reduce(0, +) / size
        var (spread, noise, variance) = (0.0, 0.0, 0.0)
        for (r, count) in zip(response, population) where count > 0 {
            let (rate, weight) = (min(1, r / count), count / size)
            let error = rate * (1 - rate) / count
            spread += weight * (rate - mean) * (rate - mean)
            noise += weight * (1 - weight) * error
            variance += 4 * weight * weight * (rate - mean) * (rate - mean) * error
        }
        let deviation = max(0, spread - noise).squareRoot()
        return (1 - 2 * deviation, spread > 0 ? (variance / spread).squareRoot() : 0)
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
