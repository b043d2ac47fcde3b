extension ScenarioText {
    /// A file with careers of two tracks in sector po, shifted by reading and by a policy in 2021/22, and a goal on them.
    public static var withCareers: ScenarioText {
        var text = ScenarioText()
        text.schools = ["a,po,north,400,100,0", "b,po,north,640,320,50", "c,po,south,1000,50,10"]
        text.outcomes[0].parameters["noise_sd"] = fixed(0.1)
        text.outcomes[0].closures = "2020/21: 10"
        text.outcomes[0].parameters["loss_per_week"] = "{distribution: normal, mean: 0.02, sd: 0.005, source: test}"
        text.lines = [
            """
            grades: {po: 4}
            careers:
              - sector: po
                stream: 60
                source: test
                tracks:
                  - {name: low, grades: 2, share: {practical: 0.75, theoretical: 0.25}}
                  - {name: high, grades: 3, share: {practical: 0.25, theoretical: 0.75}}
                flows:
                  declared:
                    retained: {distribution: beta, mean: 0.1, sd: 0.01, source: register}
                    up: \(fixed(0.05))
                    down: \(fixed(0.08))
                    left: \(fixed(0.03))
                    passed: \(fixed(0.9))
                skill: {outcome: reading, log_odds_per_sd: {retained: \(fixed(-1)), passed: \(fixed(1))}}
                policy: {2021/22: {retained: \(fixed(-0.5))}}
            goals:
              - {name: careers, title: Careers as before, figure: career, careers: [po.retention, po.left], at_most: 1, deadline: 2022/23, source: letter}
              - {name: learning, figure: deviation, outcomes: [reading.po], at_least: -0.5, benchmark: trend, deadline: 2022/23, source: letter}
            """
        ]
        return text
    }
}
