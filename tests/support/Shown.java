import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.reference.PrefixedRootFactory;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.PropertyManager;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormAnswerDataParser;
import org.javarosa.xform.util.XFormUtils;
import org.opendatakit.validate.StubPropertyManager;

/**
 * Walks through a form with JavaRosa, the engine inside ODK Collect, answers what it is
 * told to, and prints each question that is shown: its name, how many choices it offers,
 * what its label says. The folder holds form.xml, the files beside it, and answers.tsv.
 */
public class Shown {
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        new XFormsModule().registerModule();
        PropertyManager.setPropertyManager(new StubPropertyManager());
        Path folder = Path.of(arguments[0]);
        ReferenceManager.instance().addReferenceFactory(new Beside(folder));
        Map<String, String> answers = new HashMap<>();
        for (String line : Files.readAllLines(folder.resolve("answers.tsv"))) {
            String[] parts = line.split("\t", 2);
            answers.put(parts[0], parts[1]);
        }
        FormDef form;
        try (InputStream xml = new FileInputStream(folder.resolve("form.xml").toFile())) {
            form = XFormUtils.getFormFromInputStream(xml, folder.toString());
        }
        FormEntryController hand = new FormEntryController(new FormEntryModel(form));
        form.initialize(true, new InstanceInitializationFactory());
        answer(hand, answers);
        hand.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        while (hand.stepToNextEvent() != FormEntryController.EVENT_END_OF_FORM) {
            if (hand.getModel().getEvent() == FormEntryController.EVENT_QUESTION) {
                FormEntryPrompt shown = hand.getModel().getQuestionPrompt();
                int choices = shown.getSelectChoices() == null ? 0 : shown.getSelectChoices().size();
                out.println(name(shown) + "\t" + choices + "\t" + shown.getLongText());
            }
        }
    }

    private static void answer(FormEntryController hand, Map<String, String> answers) throws Exception {
        hand.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        while (hand.stepToNextEvent() != FormEntryController.EVENT_END_OF_FORM) {
            if (hand.getModel().getEvent() != FormEntryController.EVENT_QUESTION) {
                continue;
            }
            FormEntryPrompt asked = hand.getModel().getQuestionPrompt();
            String said = answers.get(name(asked));
            if (said != null) {
                IAnswerData value = XFormAnswerDataParser.getAnswerData(said, asked.getDataType(), asked.getQuestion());
                hand.answerQuestion(value, true);
            }
        }
    }

    private static String name(FormEntryPrompt asked) {
        return asked.getIndex().getReference().getNameLast();
    }

    /** Gives the files that lie beside the form. */
    private static class Beside extends PrefixedRootFactory {
        private final Path folder;

        Beside(Path folder) {
            super(new String[] {"file-csv", "images", "file"});
            this.folder = folder;
        }

        @Override
        protected Reference factory(String terminal, String uri) {
            File file = folder.resolve(uri.substring(uri.lastIndexOf('/') + 1)).toFile();
            return new Reference() {
                public boolean doesBinaryExist() { return file.exists(); }
                public InputStream getStream() throws IOException { return new FileInputStream(file); }
                public String getURI() { return uri; }
                public boolean isReadOnly() { return true; }
                public OutputStream getOutputStream() { return null; }
                public void remove() { }
                public String getLocalURI() { return file.getAbsolutePath(); }
                public Reference[] probeAlternativeReferences() { return new Reference[0]; }
            };
        }
    }
}
