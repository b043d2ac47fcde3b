import Funding

extension ScenarioFile {
    /// About how much work a draw is, in cell updates: to compare variants of a file, known before anything is fitted.
    ///
    /// - Parameter schools: The number of schools with pupils by sector.
    public func workPerDraw(schools: [String: Int]) -> Double {
        let cells = outcomes.reduce(0.0) { sum, outcome in
            sum + Double((schools[outcome.sector] ?? 0) * RecordLayout.groups * gradeCount(of: outcome.sector))
        }
        // What scenarios share, mostly random numbers, takes about as long as six scenarios do (measured on shipped files).
        let updates = cells * Double((scenarios.count + 6) * years.count)
        // A cell of whole pupils takes some random numbers, one of scores a multiplication or two.
        let careerCells = careers.reduce(0.0) { $0 + Double((schools[$1.sector] ?? 0) * RecordLayout.groups) }
        return updates + 500 * careerCells * Double((scenarios.count + 1) * years.count)
    }
}
