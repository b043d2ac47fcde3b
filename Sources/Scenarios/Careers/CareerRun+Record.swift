import Transitions

extension CareerRun {
    /// Writes the figures of the draw.
    ///
    /// - Parameter first: Where the careers' figures begin in the record.
    func write(_ work: CareerWorkspace, _ layout: CareerLayout, first: Int, _ record: inout [Double]) {
        for world in 0..<layout.worlds {
            for year in 0..<layout.years {
                for group in 0..<RecordLayout.groups {
                    count(work, layout, world, group, year) { record[first + $0] += $1 }
                }
                for group in 0...RecordLayout.groups {
                    let members = group == RecordLayout.groups ? [0, 1] : [group]
                    let cohort = synthetic(work, world, members, year)
                    record[first + layout.place(.diplomaShare, world: world, group: group, year: year)] =
                        cohort.diplomaShare
                    record[first + layout.place(.yearsToDiploma, world: world, group: group, year: year)] =
                        cohort.yearsToDiploma
                }
            }
            check(work, layout, world)
        }
    }

    private func taken(_ work: CareerWorkspace, _ world: Int, _ group: Int, _ year: Int, _ code: Int, _ route: Int)
        -> Int
    {
        let routes = careers.plan.flow.routes.count
        return work.tallies[
            year * work.tallyLength + ((world * RecordLayout.groups + group) * PupilClass.count + code) * routes + route
        ]
    }

    private func count(
        _ work: CareerWorkspace, _ layout: CareerLayout, _ world: Int, _ group: Int, _ year: Int,
        _ add: (Int, Double) -> Void
    ) {
        let flow = careers.plan.flow
        for track in 0..<layout.tracks {
            let place = layout.place(.entering, world: world, group: group, year: year, track: track)
            add(place, Double(work.entering[(year * RecordLayout.groups + group) * layout.tracks + track]))
        }
        for (index, route) in flow.routes.enumerated() {
            guard let (track, grade) = flow.ladder.grade(route.from) else { continue }
            for pupils in PupilClass.all {
                let number = taken(work, world, group, year, pupils.code, index)
                guard number > 0 else { continue }
                for count in CareerLayout.counts(of: route, isFailure: flow.isFailure(route), pupils, grade: grade) {
                    add(layout.place(count, world: world, group: group, year: year, track: track), Double(number))
                }
            }
        }
    }

    private func synthetic(_ work: CareerWorkspace, _ world: Int, _ groups: [Int], _ year: Int) -> DiplomaExpectation {
        let flow = careers.plan.flow
        var pupils = [Double](repeating: 0, count: flow.routes.count)
        var intake = [Double](repeating: 0, count: flow.ladder.tracks.count)
        for group in groups {
            for code in 0..<PupilClass.count {
                for route in pupils.indices { pupils[route] += Double(taken(work, world, group, year, code, route)) }
            }
            for track in intake.indices { intake[track] += intakeShare(work, group, track) }
        }
        return DiplomaExpectation(flow, intake: intake, pupils: pupils)
    }

    /// Who enters a track in the simulated years together; in a simulation of one year, those in its first grade.
    private func intakeShare(_ work: CareerWorkspace, _ group: Int, _ track: Int) -> Double {
        let tracks = careers.plan.flow.ladder.tracks.count
        guard kernel.years > 1 else {
            let grade = careers.plan.flow.ladder.state(track: track, grade: 1)
            return careers.plan.flow.routesByGrade[grade].reduce(0.0) { sum, route in
                sum + (0..<PupilClass.count).reduce(0.0) { $0 + Double(taken(work, 0, group, 0, $1, route)) }
            }
        }
        return (1..<kernel.years).reduce(0.0) {
            $0 + Double(work.entering[($1 * RecordLayout.groups + group) * tracks + track])
        }
    }

    /// Pupils at the beginning of a year are those of the year before, less diplomas and leavers, and those who enter.
    private func check(_ work: CareerWorkspace, _ layout: CareerLayout, _ world: Int) {
        let flow = careers.plan.flow
        for group in 0..<RecordLayout.groups {
            var expected = work.atStart[group]
            for year in 0..<layout.years {
                for track in 0..<layout.tracks {
                    expected += work.entering[(year * RecordLayout.groups + group) * layout.tracks + track]
                }
                var (present, gone) = (0, 0)
                for (index, route) in flow.routes.enumerated() {
                    for code in 0..<PupilClass.count {
                        let number = taken(work, world, group, year, code, index)
                        present += number
                        if route.to >= flow.gradeCount { gone += number }
                    }
                }
                precondition(present == expected, "pupils are conserved: stock and intake, diplomas and leavers")
                expected -= gone
            }
        }
    }
}

extension CareerLayout {
    /// What pupils who take a route count as.
    static func counts(of route: PupilFlow.Route, isFailure: Bool, _ pupils: PupilClass, grade: Int) -> [Count] {
        var counts: [Count] = [.pupils]
        switch route.move {
        case .retained: counts += isFailure ? [.retained, .failed] : [.retained]
        case .up: counts.append(.up)
        case .down: counts.append(.down)
        case .left: counts.append(.left)
        case .passed: counts += pupils.hasDelay ? [.passed] : [.passed, .passedPromptly]
        case .promoted, .movedOn: break
        }
        guard grade == 3 else { return counts }
        counts.append(.inGrade3)
        if !pupils.hasDelay { counts.append(.promptInGrade3) }
        if pupils.placement > 0 { counts.append(.aboveInGrade3) }
        if pupils.placement < 0 { counts.append(.belowInGrade3) }
        return counts
    }
}
