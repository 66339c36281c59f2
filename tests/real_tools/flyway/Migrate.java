import java.util.Arrays;
import org.flywaydb.core.Flyway;

/** Migrates: JDBC URL, user, then the locations. */
public class Migrate {
    public static void main(String[] arguments) {
        Flyway.configure()
                .dataSource(arguments[0], arguments[1], null)
                .locations(Arrays.copyOfRange(arguments, 2, arguments.length))
                .configuration(java.util.Map.of("flyway.postgresql.transactional.lock", "false"))
                .load()
                .migrate();
    }
}
