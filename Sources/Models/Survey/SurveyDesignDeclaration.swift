import Specifications
import Surveys
import Tables

/// The key `design` of a model file: the columns of weights, strata and clusters.
struct SurveyDesignDeclaration: Sendable {
    let weights, strata, clusters: String?
    let lonelyClusters: SurveyDesign.LonelyClusters

    init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("design", keys: ["weights", "strata", "clusters", "lonely_clusters"]) else {
            return nil
        }
        let lonely =
            mapping.optional("lonely_clusters").map { $0.word(of: SurveyDesign.LonelyClusters.self) } ?? .refuse
        guard let lonely else { return nil }
        lonelyClusters = lonely
        weights = mapping.optionalText("weights")
        strata = mapping.optionalText("strata")
        clusters = mapping.optionalText("clusters")
    }

    var columns: [String] { [weights, strata, clusters].compactMap { $0 } }

    func sample(of table: Table, rows: [Int]) throws -> SurveySample {
        let weights = try weights.map { try numbers($0, table, rows) } ?? rows.map { _ in 1 }
        let strata = try strata.map { try codes($0, table, rows) }
        let clusters = try clusters.map { try codes($0, table, rows).codes } ?? rows.indices.map { Int32($0) }
        do throws(SurveyError) {
            let stage = try SurveyDesign.Stage(strata: strata?.codes, clusters: clusters)
            return SurveySample(try SurveyDesign(weights: weights, stages: [stage], lonelyClusters: lonelyClusters))
        } catch {
            if case .lonelyCluster(_, let number) = error, let strata, let column = self.strata {
                var seen: [Int32] = []
                for code in strata.codes where !seen.contains(code) { seen.append(code) }
                let name = seen.indices.contains(number) ? strata.levels[Int(seen[number])] : "\(number + 1)"
                throw ModelError.survey(.lonelyCluster(stratum: name, column: column))
            }
            throw ModelError.survey(.sample(error))
        }
    }

    private func numbers(_ name: String, _ table: Table, _ rows: [Int]) throws -> [Double] {
        guard let values = try table.column(name).doubles() else {
            throw ModelError.notNumeric(column: name, use: "a design weight")
        }
        for row in rows where !(values[row] >= 0 && values[row] < .infinity) {
            throw ModelError.survey(.badWeight(place: table.place(of: row), column: name, found: values[row]))
        }
        return rows.map { values[$0] }
    }

    private func codes(_ name: String, _ table: Table, _ rows: [Int]) throws -> (codes: [Int32], levels: [String]) {
        let factor = try table.column(name).asFactor()
        for row in rows where factor.codes[row] < 0 {
            throw ModelError.survey(.missingDesign(place: table.place(of: row), column: name))
        }
        return (rows.map { factor.codes[$0] }, factor.levels)
    }
}

extension Table {
    /// Where a row stands: `file:line`, or `data row 3`.
    func place(of row: Int) -> String {
        guard let source, let lines, lines.indices.contains(row) else { return "data row \(row + 1)" }
        return "\(source):\(lines[row])"
    }
}
