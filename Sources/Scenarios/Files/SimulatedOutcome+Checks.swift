import Recovery
import Tables

extension SimulatedOutcome {
    /// What is wrong with the outcome among the others of its file, in one sentence; nil when nothing is.
    ///
    /// - Parameters:
    ///   - years: The simulated school years.
    ///   - grades: The number of grades by sector, of sectors whose pupils enter and leave.
    func problem(years: [SchoolYear], others: [SimulatedOutcome], grades: [String: Int]) -> String? {
        calendarProblem(years) ?? wellbeingProblem(others) ?? entryProblem(others)
            ?? gradeProblem(grades)
    }

    /// Only where pupils enter and leave can they bring anything.
    private func gradeProblem(_ grades: [String: Int]) -> String? {
        guard let entry, let missing = [sector, entry.sector].first(where: { grades[$0] == nil }) else { return nil }
        return
            "pupils of '\(entry.sector)' would enter '\(sector)', but nobody enters or leaves '\(missing)': give its number "
            + "of grades under 'grades'."
    }

    private func calendarProblem(_ years: [SchoolYear]) -> String? {
        guard let first = years.first, let last = years.last else { return nil }
        if let year = start.year, !(first.advanced(by: -1)..<last).contains(year) {
            return "the state is given at the end of \(year); expected a year from \(first.advanced(by: -1)) to "
                + "\(last.advanced(by: -1))."
        }
        for year in closureWeeks.keys.sorted() {
            guard years.contains(year) else {
                return
                    "closure weeks are given for \(year), which is not simulated. The starting state holds what happened "
                    + "before; extend the calendar for what comes after."
            }
            if let start = start.year, year <= start, closureWeeks[year] != 0 {
                return
                    "closure weeks are given for \(year), but the state at the end of \(start) is given too and holds "
                    + "what they did. Leave one of the two out."
            }
        }
        return nil
    }

    /// Spill-over goes one step: what a well-being outcome gets from another would have to be followed through both.
    private func wellbeingProblem(_ others: [SimulatedOutcome]) -> String? {
        guard let wellbeing,
            let source = others.first(where: { $0.outcome == wellbeing && $0.sector == sector }),
            let further = source.wellbeing
        else { return nil }
        return
            "'\(wellbeing)' spills over into '\(outcome)' and takes from '\(further)' itself; expected a well-being outcome "
            + "without 'wellbeing' of its own."
    }

    /// Sectors follow one another, so that each can be simulated after those that its pupils come from.
    private func entryProblem(_ others: [SimulatedOutcome]) -> String? {
        var reached: Set<String> = [sector]
        var next = [self]
        while let outcome = next.popLast() {
            guard let entry = outcome.entry else { continue }
            if entry.sector == sector {
                return
                    "pupils of sector '\(sector)' would bring a deviation from their own sector; expected an earlier "
                    + "sector."
            }
            let known = others.filter { $0.sector == entry.sector }
            guard let source = known.first(where: { $0.outcome == entry.outcome }) else {
                let names = known.map { "'\($0.outcome)'" }.joined(separator: ", ")
                return "no outcome '\(entry.outcome)' is declared for sector '\(entry.sector)'"
                    + (names.isEmpty ? "." : "; it has \(names).")
                    + (nearest(to: entry.outcome, among: known.map(\.outcome)).map { " Did you mean '\($0)'?" } ?? "")
            }
            if source.baseline != outcome.baseline {
                return
                    "pupils would bring a deviation from the \(source.baseline.rawValue) into '\(outcome.outcome)', whose "
                    + "deviations are from the \(outcome.baseline.rawValue); expected the same 'baseline' in both."
            }
            if reached.insert(entry.sector).inserted { next += known }
        }
        return nil
    }
}
